package io.mamparo.store;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Changes to one store that become visible together or not at all, see {@link Store#write}. Belongs
 * to one thread; holds nothing that needs closing; grows with what is put into it, so whoever fills
 * it bounds it.
 */
public final class Batch {
  private sealed interface Change {
    void addTo(WriteBatch batch) throws RocksDBException;
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Put(Table table, byte[] key, byte[] value) implements Change {
    @Override
    public void addTo(WriteBatch batch) throws RocksDBException {
      batch.put(table.handle(), key, value);
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Delete(Table table, byte[] key) implements Change {
    @Override
    public void addTo(WriteBatch batch) throws RocksDBException {
      batch.delete(table.handle(), key);
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record DeleteRange(Table table, byte[] from, byte[] to) implements Change {
    @Override
    public void addTo(WriteBatch batch) throws RocksDBException {
      batch.deleteRange(table.handle(), from, to);
    }
  }

  private final List<Change> changes = new ArrayList<>();
  private long bytes;

  /** Sets the record at a key. The arrays must not change before the batch is written. */
  public Batch put(Table table, byte[] key, byte[] value) {
    changes.add(new Put(table, key, value));
    bytes += key.length + value.length;
    return this;
  }

  /** Removes the record at a key, if there is one. */
  public Batch delete(Table table, byte[] key) {
    changes.add(new Delete(table, key));
    bytes += key.length;
    return this;
  }

  /** Removes all records from a key (inclusive) to a key (exclusive). */
  public Batch deleteRange(Table table, byte[] from, byte[] to) {
    changes.add(new DeleteRange(table, from, to));
    bytes += from.length + to.length;
    return this;
  }

  /** How many changes it holds. */
  public int size() {
    return changes.size();
  }

  /** How many bytes of keys and values it holds. */
  public long bytes() {
    return bytes;
  }

  /** Forgets all changes, so that it can be filled again. */
  public void clear() {
    changes.clear();
    bytes = 0;
  }

  void addTo(WriteBatch batch) throws RocksDBException {
    for (Change change : changes) {
      change.addTo(batch);
    }
  }

  void requireTablesOf(Store store) {
    for (Change change : changes) {
      Table table =
          switch (change) {
            case Put put -> put.table;
            case Delete delete -> delete.table;
            case DeleteRange range -> range.table;
          };
      table.requireIn(store);
    }
  }
}
