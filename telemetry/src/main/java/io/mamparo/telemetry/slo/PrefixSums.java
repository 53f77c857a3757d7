package io.mamparo.telemetry.slo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.store.Batch;
import io.mamparo.store.Entry;
import io.mamparo.store.Table;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many good and how many events there were of one promise since it was first counted, at the
 * start of each minute in which that changed: so the events of any window are the difference of two
 * records. Written by the roll-up thread, read by any.
 *
 * <p>Invariant: the record of minute m counts everything that ended before minute m; the running
 * minute m is kept in the record of m + 1, which nobody asks for before m is over.
 */
final class PrefixSums {
  /** A record. */
  record Sums(long good, long total) {
    static final Sums ZERO = new Sums(0, 0);

    Sums minus(Sums earlier) {
      return new Sums(good - earlier.good, total - earlier.total);
    }

    long bad() {
      return total - good;
    }
  }

  private final Table table;
  private final byte[] prefix;

  PrefixSums(Table table, String name) {
    this.table = table;
    prefix = (name + '\0').getBytes(UTF_8);
  }

  private byte[] key(int minute) {
    return ByteBuffer.allocate(prefix.length + 4).put(prefix).putInt(minute).array();
  }

  /** The newest record; all zero if there is none. */
  Sums newest() {
    Entry entry = before(Integer.MAX_VALUE);
    return entry == null ? Sums.ZERO : decode(entry);
  }

  /** The minute of the newest record; 0 if there is none. */
  int newestMinute() {
    Entry entry = before(Integer.MAX_VALUE);
    return entry == null ? 0 : minute(entry);
  }

  /** What had been counted when a minute began; before the oldest record, that one. */
  Sums at(int minute) {
    Entry entry = before(minute + 1);
    if (entry != null) {
      return decode(entry);
    }
    List<Entry> oldest = table.scan(prefix, 1);
    return oldest.isEmpty() ? Sums.ZERO : decode(oldest.getFirst());
  }

  private @Nullable Entry before(int minute) {
    Entry[] found = new Entry[1];
    table.forEachBackwards(
        prefix,
        key(minute),
        entry -> {
          found[0] = entry;
          return false;
        });
    return found[0];
  }

  /** Sets what had been counted when a minute began. */
  void put(Batch batch, int minute, Sums sums) {
    byte[] value = ByteBuffer.allocate(16).putLong(sums.good).putLong(sums.total).array();
    batch.put(table, key(minute), value);
  }

  /** Removes what no window that starts at a minute or later needs. */
  void trim(Batch batch, int minute) {
    Entry needed = before(minute + 1);
    if (needed != null) {
      batch.deleteRange(table, prefix, needed.key());
    }
  }

  private static int minute(Entry entry) {
    return ByteBuffer.wrap(entry.key()).getInt(entry.key().length - 4);
  }

  private static Sums decode(Entry entry) {
    ByteBuffer value = ByteBuffer.wrap(entry.value());
    return new Sums(value.getLong(), value.getLong());
  }
}
