package io.mamparo.mesh.defend;

import java.util.Arrays;

/**
 * How long answers have taken in the last 10 to 20 s, to an eighth. Owned by one loop.
 *
 * <p>Counts in buckets, eight for each doubling from 8 µs on (as in HdrHistogram), of this window
 * and the one before. What has been called off counts as long as it had taken by then: leaving it
 * out would make the percentile sink with every hedge.
 */
public final class Latencies {
  /** Nothing is known yet. */
  public static final long UNKNOWN = -1;

  /** So many answers are enough. */
  static final int ENOUGH = 100;

  private static final long WINDOW_NANOS = 10_000_000_000L;
  private static final long LEAST_NANOS = 1_000_000L;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final int EIGHTHS = 3;
  private static final int MOST_SHIFTS = 23;
  private static final int BUCKETS = (MOST_SHIFTS + 2) << EIGHTHS;

  /** After so many more answers the percentile is looked up again. */
  private static final int NEWS = 32;

  private int[] recent = new int[BUCKETS];
  private int[] before = new int[BUCKETS];
  private int recentCount;
  private int beforeCount;
  private long begun;
  private int news;
  private double asked;
  private long known = UNKNOWN;

  Latencies(long now) {
    begun = now;
  }

  /** An answer has taken so long. */
  public void add(long nanos, long now) {
    roll(now);
    recent[bucket(Math.max(0, nanos) / NANOS_PER_MICRO)]++;
    recentCount++;
    news++;
  }

  /**
   * The time in nanoseconds below which such a share of the answers began, at least 1 ms; {@link
   * #UNKNOWN} before there were enough of them.
   */
  public long percentile(double share, long now) {
    roll(now);
    if (recentCount + beforeCount < ENOUGH) {
      return UNKNOWN;
    }
    if (known == UNKNOWN || news >= NEWS || share != asked) {
      news = 0;
      asked = share;
      known = find((long) Math.ceil(share * (recentCount + beforeCount)));
    }
    return known;
  }

  private long find(long rank) {
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += recent[i] + before[i];
      if (seen >= rank) {
        return Math.max(LEAST_NANOS, end(i) * NANOS_PER_MICRO);
      }
    }
    return end(BUCKETS - 1) * NANOS_PER_MICRO;
  }

  private void roll(long now) {
    long old = now - begun;
    if (old < WINDOW_NANOS) {
      return;
    }
    int[] next = before;
    before = recent;
    beforeCount = recentCount;
    recent = next;
    recentCount = 0;
    Arrays.fill(recent, 0);
    if (old >= 2 * WINDOW_NANOS) {
      Arrays.fill(before, 0);
      beforeCount = 0;
    }
    begun = now;
    known = UNKNOWN;
  }

  private static int bucket(long micros) {
    int top = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros | 1);
    int shift = Math.max(0, top - EIGHTHS);
    if (shift > MOST_SHIFTS) {
      return BUCKETS - 1;
    }
    return (shift << EIGHTHS) + (int) (micros >> shift);
  }

  /** The first value behind a bucket, in microseconds. */
  private static long end(int bucket) {
    int shift = Math.max(0, (bucket >> EIGHTHS) - 1);
    return (long) (bucket - (shift << EIGHTHS) + 1) << shift;
  }
}
