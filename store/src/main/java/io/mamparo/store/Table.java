package io.mamparo.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A named table: records ordered by their keys, compared as unsigned bytes. Safe for use by several
 * threads. After its store was closed or it was dropped, every call fails with an {@link
 * IllegalStateException}. Failures of the disk are {@link io.mamparo.kernel.Problem}s.
 */
public final class Table {
  private final Store store;
  private final String name;
  private final ColumnFamilyHandle handle;
  private volatile boolean dropped;

  Table(Store store, String name, ColumnFamilyHandle handle) {
    this.store = store;
    this.name = name;
    this.handle = handle;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** The value at a key, or null. */
  public byte @Nullable [] get(byte[] key) {
    return store.run("read", db -> db.get(handle(), key));
  }

  /** Sets the record at a key. */
  public void put(byte[] key, byte[] value, Durability durability) {
    store.write(new Batch().put(this, key, value), durability);
  }

  /** Removes the record at a key, if there is one. */
  public void delete(byte[] key, Durability durability) {
    store.write(new Batch().delete(this, key), durability);
  }

  /** The first {@code limit} records whose keys start with {@code prefix}, in order. */
  public List<Entry> scan(byte[] prefix, int limit) {
    return range(prefix, afterPrefix(prefix), limit);
  }

  /**
   * The first {@code limit} records from a key (inclusive) to a key (exclusive; null: to the end),
   * in order.
   */
  public List<Entry> range(byte[] from, byte @Nullable [] to, int limit) {
    List<Entry> found = new ArrayList<>(Math.min(limit, 64));
    if (limit > 0) {
      forEach(
          from,
          to,
          entry -> {
            found.add(entry);
            return found.size() < limit;
          });
    }
    return found;
  }

  /**
   * Calls {@code each} for every record from a key (inclusive) to a key (exclusive; null: to the
   * end), in order and as of one moment, until it returns false. It may read and write the store
   * but not close it.
   */
  public void forEach(byte[] from, byte @Nullable [] to, Predicate<Entry> each) {
    store.run(
        "read",
        db -> {
          walk(db, from, to, false, each);
          return null;
        });
  }

  /** As {@link #forEach}, from the last key before {@code to} backwards. */
  public void forEachBackwards(byte[] from, byte @Nullable [] to, Predicate<Entry> each) {
    store.run(
        "read",
        db -> {
          walk(db, from, to, true, each);
          return null;
        });
  }

  /** Bytes in files, compressed; without what is still only in memory and in the log. */
  public long bytesOnDisk() {
    return property("rocksdb.total-sst-files-size");
  }

  /** Bytes in files and in memory; what bounds by size are checked against. */
  public long bytes() {
    return bytesOnDisk() + property("rocksdb.cur-size-all-mem-tables");
  }

  /** About how many records there are. */
  public long estimatedRecords() {
    return property("rocksdb.estimate-num-keys");
  }

  private long property(String property) {
    return store.run("read", db -> db.getLongProperty(handle(), property));
  }

  /** The smallest key greater than every key that starts with the prefix, or null if none is. */
  public static byte @Nullable [] afterPrefix(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xff) {
        byte[] after = Arrays.copyOf(prefix, i + 1);
        after[i]++;
        return after;
      }
    }
    return null;
  }

  private void walk(
      RocksDB db, byte[] from, byte @Nullable [] to, boolean backwards, Predicate<Entry> each)
      throws RocksDBException {
    try (ReadOptions options = new ReadOptions();
        Slice lower = new Slice(from);
        Slice upper = new Slice(to == null ? new byte[0] : to)) {
      options.setIterateLowerBound(lower);
      if (to != null) {
        options.setIterateUpperBound(upper);
      }
      try (RocksIterator at = db.newIterator(handle(), options)) {
        if (backwards) {
          at.seekToLast();
        } else {
          at.seek(from);
        }
        while (at.isValid() && each.test(new Entry(at.key(), at.value()))) {
          if (backwards) {
            at.prev();
          } else {
            at.next();
          }
        }
        at.status();
      }
    }
  }

  ColumnFamilyHandle handle() {
    if (dropped) {
      throw new IllegalStateException("table " + name + " was dropped");
    }
    return handle;
  }

  void requireIn(Store expected) {
    if (store != expected) {
      throw new IllegalArgumentException("table " + name + " is of another store");
    }
  }

  void markDropped() {
    dropped = true;
  }
}
