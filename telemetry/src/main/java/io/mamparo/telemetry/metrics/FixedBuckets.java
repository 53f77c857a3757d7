package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.histogram.Scale;
import java.util.List;

/**
 * The buckets of the Prometheus histograms, exact to the nanosecond. Stateless.
 *
 * <p>The exponential bucket of a duration, which is known anyway, tells the fixed bucket; only
 * where a boundary lies within the exponential bucket it takes a comparison.
 */
final class FixedBuckets {
  /** Upper bounds in nanoseconds, inclusive; everything beyond is in the last bucket. */
  private static final long[] BOUNDS = {
    500_000L,
    1_000_000L,
    2_500_000L,
    5_000_000L,
    10_000_000L,
    25_000_000L,
    50_000_000L,
    100_000_000L,
    250_000_000L,
    500_000_000L,
    1_000_000_000L,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L,
    30_000_000_000L
  };

  /** As Prometheus writes them, in seconds. */
  static final List<String> LABELS =
      List.of(
          "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
          "1.0", "2.5", "5.0", "10.0", "30.0", "+Inf");

  static final int COUNT = LABELS.size();

  private static final byte[] LOWEST = lowest();

  private FixedBuckets() {}

  /** The lowest fixed bucket that a value of each exponential bucket can be in. */
  private static byte[] lowest() {
    byte[] table = new byte[Scale.FINE.buckets()];
    for (int i = 0; i < table.length; i++) {
      byte bucket = 0;
      while (bucket < BOUNDS.length && Scale.FINE.lowerBound(i) > BOUNDS[bucket]) {
        bucket++;
      }
      table[i] = bucket;
    }
    return table;
  }

  static int of(int fineIndex, long nanos) {
    int bucket = LOWEST[fineIndex];
    while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
      bucket++;
    }
    return bucket;
  }
}
