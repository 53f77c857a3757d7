package io.mamparo.telemetry.storage;

import io.mamparo.store.Batch;
import io.mamparo.store.Entry;
import io.mamparo.store.Table;
import io.mamparo.telemetry.histogram.Varint;
import io.mamparo.telemetry.metrics.SeriesName;
import io.mamparo.telemetry.metrics.Window;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * The past of all series, a record a minute: count, errors and retries, then the encoded durations.
 * Written by the roll-up thread, read by any.
 */
public final class MinutePoints {
  private final Partitions partitions;

  /** Points in these partitions. */
  public MinutePoints(Partitions partitions) {
    this.partitions = partitions;
  }

  /** Where they are. */
  public Partitions partitions() {
    return partitions;
  }

  /** Sets the point of a minute. */
  public void put(Batch batch, SeriesName series, int minute, Window window) {
    batch.put(partitions.current(minute * 60L), series.key(minute), encode(window));
  }

  /** Adds the point of one minute, if there is one. */
  public void addTo(Window window, SeriesName series, int minute) {
    forEach(series, minute, minute + 1, (m, point) -> window.add(point));
  }

  /** Calls {@code each} with the minutes that have a point, from (inclusive) to (exclusive). */
  public void forEach(SeriesName series, int from, int to, BiConsumer<Integer, Window> each) {
    Window point = new Window();
    partitions.newestFirst(
        table -> {
          read(table, series, from, to, point, each);
          return true;
        });
  }

  private static void read(
      Table table,
      SeriesName series,
      int from,
      int to,
      Window point,
      BiConsumer<Integer, Window> each) {
    table.forEach(
        series.key(from),
        series.key(to),
        entry -> {
          point.clear();
          decode(entry, point);
          each.accept(ByteBuffer.wrap(entry.key()).getInt(entry.key().length - 4), point);
          return true;
        });
  }

  private static byte[] encode(Window window) {
    byte[] head = new byte[30];
    int at = Varint.write(head, 0, window.count());
    at = Varint.write(head, at, window.errors());
    at = Varint.write(head, at, window.retries());
    byte[] durations = window.durations().encode();
    byte[] all = Arrays.copyOf(head, at + durations.length);
    System.arraycopy(durations, 0, all, at, durations.length);
    return all;
  }

  private static void decode(Entry entry, Window point) {
    byte[] value = entry.value();
    long[] read = new long[1];
    int at = Varint.read(value, 0, read);
    long count = read[0];
    at = Varint.read(value, at, read);
    long errors = read[0];
    at = Varint.read(value, at, read);
    point.add(count, errors, read[0]);
    point.durations().addEncoded(value, at, value.length);
  }
}
