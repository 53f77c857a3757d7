package io.mamparo.resilience.outlier;

import java.time.Duration;

/**
 * When a {@link FailureAccrual} takes its host out and when it probes it.
 *
 * @param consecutiveFailures failures in a row that take it out; default 7
 * @param successRate below this share of successes it is taken out; default 0.8
 * @param window what the share is taken over; default 10 s, in 10 slices
 * @param minimumResults results the share needs; default 5
 * @param firstBackoff how long before the first probe; default 1 s, then twice as long each time
 * @param longestBackoff no longer than this, jitter aside; default 60 s
 * @param jitter up to this share of the backoff is added; default 0.5
 * @param probeTimeout a probe without a result counts as failed after this; default 30 s
 */
public record AccrualConfig(
    int consecutiveFailures,
    double successRate,
    Duration window,
    int minimumResults,
    Duration firstBackoff,
    Duration longestBackoff,
    double jitter,
    Duration probeTimeout) {
  public AccrualConfig {
    if (consecutiveFailures < 1 || minimumResults < 1) {
      throw new IllegalArgumentException(
          "consecutiveFailures and minimumResults must be at least 1");
    }
    if (!(successRate >= 0 && successRate <= 1) || !(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("successRate and jitter must be between 0 and 1");
    }
    if (window.toMillis() < 10 || firstBackoff.toMillis() < 1 || probeTimeout.toMillis() < 1) {
      throw new IllegalArgumentException("window, firstBackoff or probeTimeout is too short");
    }
    if (longestBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException("longestBackoff is shorter than firstBackoff");
    }
  }

  /** The documented defaults. */
  public static AccrualConfig defaults() {
    return new AccrualConfig(
        7,
        0.8,
        Duration.ofSeconds(10),
        5,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60),
        0.5,
        Duration.ofSeconds(30));
  }
}
