package io.mamparo.telemetry.spans;

import io.mamparo.telemetry.KeptBecause;
import io.mamparo.telemetry.SamplingRule;
import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Histogram;
import io.mamparo.telemetry.histogram.Scale;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one entry which traces are kept, see {@link SamplingRule} for the order. Belongs to
 * the roll-up thread, but for the rule, which anybody may set, and the counts, which anybody may
 * read.
 *
 * <p>Slow is what lies above the bucket of the 99th percentile of the last one to two minutes: at
 * most one trace of a hundred as long as nothing changes. When everything becomes slow the
 * percentile follows within a minute, and the limit a second holds until then.
 */
final class Sampler {
  private static final int ENOUGH = 100;
  private static final int ROTATE_SECONDS = 60;

  private final String entry;
  private volatile SamplingRule rule;
  private final int[] keptThisSecond = new int[KeptBecause.COUNT];
  private final AtomicLongArray kept = new AtomicLongArray(KeptBecause.COUNT);
  private final AtomicLongArray limited = new AtomicLongArray(KeptBecause.COUNT);
  private final AtomicLongArray seen = new AtomicLongArray(1);
  private final Distribution scratch;
  private Histogram current = new Histogram(Scale.FINE);
  private Histogram previous = new Histogram(Scale.FINE);
  private long rotated;
  private long second;
  private double tokens;
  private volatile int slowIndex = Integer.MAX_VALUE;

  Sampler(String entry, SamplingRule rule, Distribution scratch) {
    this.entry = entry;
    this.rule = rule;
    this.scratch = scratch;
    tokens = rule.perSecond();
  }

  String entry() {
    return entry;
  }

  SamplingRule rule() {
    return rule;
  }

  void rule(SamplingRule next) {
    rule = next;
  }

  /** Why a trace is kept; null if it is not. */
  @Nullable KeptBecause decide(
      long now, int flags, boolean error, long durationNanos, long traceLo) {
    SamplingRule by = rule;
    if (now != second) {
      newSecond(now, by);
    }
    seen.incrementAndGet(0);
    boolean slow = isSlow(by, durationNanos);
    current.record(durationNanos);
    if (error && within(KeptBecause.ERROR, by.maxErrorsPerSecond())) {
      return keep(KeptBecause.ERROR);
    }
    if ((flags & Slot.SAMPLED) != 0 && within(KeptBecause.SAMPLED, by.maxSampledPerSecond())) {
      return keep(KeptBecause.SAMPLED);
    }
    if (slow && within(KeptBecause.SLOW, by.maxSlowPerSecond())) {
      return keep(KeptBecause.SLOW);
    }
    if ((flags & Slot.HEAD_SAMPLED) != 0 || tokens >= 1) {
      tokens -= 1;
      return keep(KeptBecause.RESERVOIR);
    }
    if (by.rate() > 0 && Chance.chosen(traceLo, (long) (by.rate() * Long.MAX_VALUE))) {
      return keep(KeptBecause.RATE);
    }
    return null;
  }

  private boolean isSlow(SamplingRule by, long durationNanos) {
    Duration set = by.slow();
    return set != null
        ? durationNanos >= set.toNanos()
        : Scale.FINE.indexOf(durationNanos) > slowIndex;
  }

  private boolean within(KeptBecause reason, int limit) {
    if (keptThisSecond[reason.code()] < limit) {
      return true;
    }
    limited.incrementAndGet(reason.code());
    return false;
  }

  private KeptBecause keep(KeptBecause reason) {
    keptThisSecond[reason.code()]++;
    kept.incrementAndGet(reason.code());
    return reason;
  }

  /** The reservoir does not save up: what a second did not use is gone. */
  private void newSecond(long now, SamplingRule by) {
    second = now;
    tokens = Math.max(Math.min(tokens, 0), -by.perSecond()) + by.perSecond();
    Arrays.fill(keptThisSecond, 0);
    if (now - rotated >= ROTATE_SECONDS) {
      rotated = now;
      previous = current;
      current = new Histogram(Scale.FINE);
    }
    scratch.clear();
    previous.addTo(scratch);
    current.addTo(scratch);
    slowIndex = scratch.total() < ENOUGH ? Integer.MAX_VALUE : scratch.quantileIndex(0.99);
  }

  /** From how many milliseconds on a trace is slow; NaN while that is not known. */
  double slowMillis() {
    Duration set = rule.slow();
    if (set != null) {
      return set.toNanos() / 1e6;
    }
    int index = slowIndex;
    return index == Integer.MAX_VALUE ? Double.NaN : Scale.FINE.lowerBound(index + 1) / 1e6;
  }

  long seen() {
    return seen.get(0);
  }

  long kept(KeptBecause reason) {
    return kept.get(reason.code());
  }

  long limited(KeptBecause reason) {
    return limited.get(reason.code());
  }
}
