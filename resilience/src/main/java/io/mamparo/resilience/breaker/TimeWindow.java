package io.mamparo.resilience.breaker;

import io.mamparo.resilience.window.SlidingSum;

/** The results of the last stretch of time: a {@link SlidingSum} of three columns. */
final class TimeWindow implements Window {
  private static final int PAD = 16;

  private final Thresholds thresholds;
  private final SlidingSum sums;

  /** Room to read the sums, one array a stripe, so that judging allocates nothing. */
  private final long[][] scratch;

  TimeWindow(WindowSpec.OfTime spec, int stripes, Thresholds thresholds, long now) {
    this.thresholds = thresholds;
    long sliceNanos = Math.max(1, spec.length().toNanos() / spec.slices());
    long start = now - Math.floorMod(now, sliceNanos);
    sums = new SlidingSum(stripes, 3, spec.slices(), sliceNanos, start);
    scratch = new long[stripes][];
    for (int i = 0; i < stripes; i++) {
      scratch[i] = new long[Math.max(PAD, sums.newSums().length)];
    }
  }

  @Override
  public Judgement record(int stripe, boolean failed, boolean slow, long now) {
    sums.roll(stripe, now);
    sums.add(stripe, CALLS, 1);
    if (failed) {
      sums.add(stripe, FAILURES, 1);
    }
    if (slow) {
      sums.add(stripe, SLOW, 1);
    }
    long[] seen = scratch[stripe];
    sums.sumAsOf(stripe, seen);
    return thresholds.judge(seen[CALLS], seen[FAILURES], seen[SLOW]);
  }

  @Override
  public long[] totals(long now) {
    long[] seen = sums.newSums();
    sums.sum(now, seen);
    return seen;
  }
}
