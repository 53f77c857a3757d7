package io.mamparo.telemetry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which traces of an entry are kept, decided when they have ended, in this order: those with an
 * error in any span; those the caller marked as sampled; slow ones; a reservoir each second; a
 * share of the rest. The first three are kept always, up to a limit a second that keeps an outage
 * from filling the disk (a metric shows where it bites).
 *
 * @param perSecond the reservoir: so many traces a second in any case
 * @param rate the share that is kept beyond it, 0 to 1, chosen by the trace id
 * @param slow from what duration of its entry a trace is slow; null: above the running 99th
 *     percentile of its entry, once a minute has had 100 traces
 * @param maxErrorsPerSecond limit of traces kept because of an error
 * @param maxSlowPerSecond limit of traces kept because they are slow
 * @param maxSampledPerSecond limit of traces kept because the caller said so
 */
public record SamplingRule(
    double perSecond,
    double rate,
    @Nullable Duration slow,
    int maxErrorsPerSecond,
    int maxSlowPerSecond,
    int maxSampledPerSecond) {
  /**
   * 10 traces a second and 1 % of the rest; at most 100 errors, 20 slow and 100 sampled a second.
   */
  public static final SamplingRule DEFAULT = new SamplingRule(10, 0.01, null, 100, 20, 100);

  /** Everything that fits. */
  public static final SamplingRule EVERYTHING =
      new SamplingRule(1e6, 1, null, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  public SamplingRule {
    if (!(perSecond >= 0) || !(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException("a reservoir is not negative, a rate between 0 and 1");
    }
    if (maxErrorsPerSecond < 0 || maxSlowPerSecond < 0 || maxSampledPerSecond < 0) {
      throw new IllegalArgumentException("limits are not negative");
    }
    if (slow != null && slow.isNegative()) {
      throw new IllegalArgumentException("a duration is not negative");
    }
  }
}
