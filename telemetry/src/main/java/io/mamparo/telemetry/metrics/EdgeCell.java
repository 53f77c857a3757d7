package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Histogram;
import io.mamparo.telemetry.histogram.Scale;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * One event loop's counters of one edge, written by that loop only; any thread may read, and sees
 * each counter as it was a moment ago.
 */
public final class EdgeCell {
  /** Where the counters of a snapshot lie; the outcomes come first. */
  public static final int SUM_NANOS = Outcome.COUNT;

  /** Tries beyond the first. */
  public static final int RETRIES = SUM_NANOS + 1;

  /** Requests that count for the callee's latency objective. */
  public static final int LATENCY_TOTAL = RETRIES + 1;

  /** Those of them that were fast enough. */
  public static final int LATENCY_GOOD = LATENCY_TOTAL + 1;

  /** The first fixed bucket. */
  public static final int FIXED = LATENCY_GOOD + 1;

  /** Length of a snapshot. */
  public static final int LENGTH = FIXED + FixedBuckets.COUNT;

  private static final int PADDING = 8; // longs, so that loops do not share cache lines
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counters = new long[PADDING + LENGTH + PADDING];
  private final Histogram histogram = new Histogram(Scale.FINE);

  /** Counts a request that ended; a threshold of 0 means that there is no latency objective. */
  public void record(int outcome, long nanos, long latencyThreshold) {
    add(outcome, 1);
    add(SUM_NANOS, nanos);
    int index = Scale.FINE.indexOf(nanos);
    histogram.record(index, 1);
    add(FIXED + FixedBuckets.of(index, nanos), 1);
    if (latencyThreshold > 0) {
      recordLatency(Outcome.of(outcome), nanos <= latencyThreshold);
    }
  }

  /**
   * What failed is a matter of availability and not of latency; what was abandoned counts only if
   * it was already too slow.
   */
  private void recordLatency(Outcome outcome, boolean fast) {
    if (outcome.failed() || (outcome == Outcome.ABANDONED && fast)) {
      return;
    }
    add(LATENCY_TOTAL, 1);
    if (fast) {
      add(LATENCY_GOOD, 1);
    }
  }

  /** Counts a try beyond the first. */
  public void retried() {
    add(RETRIES, 1);
  }

  private void add(int counter, long more) {
    int at = PADDING + counter;
    COUNT.setOpaque(counters, at, counters[at] + more);
  }

  /** Adds all durations to a distribution; any thread. */
  public void addTo(Distribution durations) {
    histogram.addTo(durations);
  }

  /** Adds the counters to a snapshot; any thread. */
  public void addTo(long[] snapshot) {
    for (int i = 0; i < LENGTH; i++) {
      snapshot[i] += (long) COUNT.getOpaque(counters, PADDING + i);
    }
  }

  /** The counts of a snapshot's fixed buckets, each without those below. */
  public static long[] bucketCounts(long[] snapshot) {
    return java.util.Arrays.copyOfRange(snapshot, FIXED, FIXED + FixedBuckets.COUNT);
  }

  /** The upper bounds of the fixed buckets, in seconds. */
  public static List<String> bucketLabels() {
    return FixedBuckets.LABELS;
  }
}
