package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Scale;
import io.mamparo.telemetry.storage.MinutePoints;
import org.jspecify.annotations.Nullable;

/**
 * The last fifteen minutes of one edge or node, second by second, in rings of fixed size that are
 * allocated with the first request (about 90 KB). Written by the roll-up thread, read by any;
 * guarded by this.
 *
 * <p>A second's sums and percentiles are kept for 15 minutes, its durations for two, those of ten
 * seconds together for 15; what is older is in the store, minute by minute.
 */
public final class Series {
  /** How long single seconds are kept. */
  public static final int SECONDS = 900;

  /** How long the durations of single seconds are kept. */
  public static final int DURATION_SECONDS = 128;

  private static final int TENS = SECONDS / 10;

  private final SeriesName name;
  private @Nullable Rings rings;
  private @Nullable Window beforeStart;

  Series(SeriesName name) {
    this.name = name;
  }

  /** Its name in the store. */
  public SeriesName name() {
    return name;
  }

  private static final class Rings {
    final long[] second = new long[SECONDS];
    final int[] count = new int[SECONDS];
    final int[] errors = new int[SECONDS];
    final int[] retries = new int[SECONDS];
    final float[] p50 = new float[SECONDS];
    final float[] p95 = new float[SECONDS];
    final float[] p99 = new float[SECONDS];
    final byte[] @Nullable [] durations = new byte[DURATION_SECONDS][];
    final long[] durationsSecond = new long[DURATION_SECONDS];
    final byte[] @Nullable [] tens = new byte[TENS][];
    final long[] ten = new long[TENS];
    final Distribution scratch = new Distribution(Scale.FINE);
  }

  /** Sets what happened in a second, once; seconds come in order. */
  synchronized void add(
      long second, long count, long errors, long retries, Distribution durations) {
    Rings r = rings;
    if (r == null) {
      r = new Rings();
      rings = r;
    }
    int at = (int) (second % SECONDS);
    r.second[at] = second;
    r.count[at] = clamp(count);
    r.errors[at] = clamp(errors);
    r.retries[at] = clamp(retries);
    r.p50[at] = (float) (durations.quantile(0.5) / 1e6);
    r.p95[at] = (float) (durations.quantile(0.95) / 1e6);
    r.p99[at] = (float) (durations.quantile(0.99) / 1e6);
    byte[] encoded = durations.encode();
    r.durations[(int) (second % DURATION_SECONDS)] = encoded;
    r.durationsSecond[(int) (second % DURATION_SECONDS)] = second;
    addToTen(r, second / 10, encoded);
  }

  private static void addToTen(Rings r, long ten, byte[] encoded) {
    int at = (int) (ten % TENS);
    byte[] before = r.tens[at];
    if (r.ten[at] != ten || before == null) {
      r.ten[at] = ten;
      r.tens[at] = encoded;
      return;
    }
    r.scratch.clear();
    r.scratch.addEncoded(before, 0, before.length);
    r.scratch.addEncoded(encoded, 0, encoded.length);
    r.tens[at] = r.scratch.encode();
  }

  /** Adds the seconds from (inclusive) to (exclusive), of which the last two minutes are known. */
  public synchronized void addTo(Window window, long from, long to) {
    Rings r = rings;
    if (r == null) {
      return;
    }
    for (long second = Math.max(from, to - DURATION_SECONDS); second < to; second++) {
      int at = (int) (second % SECONDS);
      if (r.second[at] != second) {
        continue;
      }
      window.add(r.count[at], r.errors[at], r.retries[at]);
      byte[] durations = r.durations[(int) (second % DURATION_SECONDS)];
      if (durations != null && r.durationsSecond[(int) (second % DURATION_SECONDS)] == second) {
        window.durations().addEncoded(durations, 0, durations.length);
      }
    }
  }

  /** Adds what an earlier process had already written of the minute in which this one started. */
  synchronized void addBefore(Window window, MinutePoints points, int minute) {
    Window before = beforeStart;
    if (before == null) {
      before = new Window();
      points.addTo(before, name, minute);
      beforeStart = before;
    }
    window.add(before);
  }

  /** Forgets the above, when that minute is over. */
  synchronized void forgetBefore() {
    beforeStart = null;
  }

  /** One point a second, from (inclusive) to (exclusive). */
  public synchronized void seconds(Graph graph, long from, long to) {
    Rings r = rings;
    for (long second = from; second < to; second++) {
      int at = (int) (second % SECONDS);
      if (r == null || r.second[at] != second) {
        graph.addEmpty(second);
      } else {
        graph.add(second, r.count[at], r.errors[at], r.p50[at], r.p95[at], r.p99[at]);
      }
    }
  }

  /** One point for ten seconds, from (inclusive) to (exclusive), both multiples of ten. */
  public synchronized void tens(Graph graph, long from, long to) {
    Window window = new Window();
    Rings r = rings;
    for (long start = from; start < to; start += 10) {
      window.clear();
      if (r != null) {
        addTen(r, start, window);
      }
      graph.add(start, 10, window);
    }
  }

  private static void addTen(Rings r, long start, Window window) {
    for (long second = start; second < start + 10; second++) {
      int at = (int) (second % SECONDS);
      if (r.second[at] == second) {
        window.add(r.count[at], r.errors[at], r.retries[at]);
      }
    }
    int at = (int) (start / 10 % TENS);
    byte[] durations = r.tens[at];
    if (durations != null && r.ten[at] == start / 10) {
      window.durations().addEncoded(durations, 0, durations.length);
    }
  }

  private static int clamp(long value) {
    return (int) Math.min(Integer.MAX_VALUE, value);
  }
}
