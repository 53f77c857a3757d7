package io.mamparo.load;

import org.HdrHistogram.AbstractHistogram;

/**
 * Latencies in milliseconds, from the intended start of each request to its end, of successes and
 * failures alike. All 0 when nothing ended.
 */
public record Percentiles(
    double mean,
    double p50,
    double p75,
    double p90,
    double p95,
    double p99,
    double p999,
    double max) {
  /** Reads a histogram of microseconds. */
  public static Percentiles of(AbstractHistogram micros) {
    return new Percentiles(
        micros.getTotalCount() == 0 ? 0 : micros.getMean() / 1000,
        at(micros, 50),
        at(micros, 75),
        at(micros, 90),
        at(micros, 95),
        at(micros, 99),
        at(micros, 99.9),
        micros.getMaxValue() / 1000.0);
  }

  /** One percentile in milliseconds. */
  public static double at(AbstractHistogram micros, double percentile) {
    return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1000.0;
  }
}
