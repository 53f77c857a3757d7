package io.mamparo.resilience.outlier;

import java.time.Duration;

/**
 * When a host is ejected and for how long.
 *
 * @param consecutiveFailures failures in a row that eject at once; default 5
 * @param interval how often success rates are compared; default 10 s
 * @param minimumHosts hosts with enough requests that a comparison needs; default 5
 * @param minimumRequests requests a host needs in an interval to be compared; default 100
 * @param deviations how many standard deviations below the mean is an outlier; default 1.9
 * @param baseEjection the length of a host's first ejection; default 30 s
 * @param longestEjection no ejection is longer, jitter aside; default 300 s
 * @param jitter up to this much is added to each ejection; default 3 s
 * @param mostEjected the share of hosts ejected at a time; default 0.1, but see {@link
 *     OutlierDetector}
 */
public record OutlierConfig(
    int consecutiveFailures,
    Duration interval,
    int minimumHosts,
    int minimumRequests,
    double deviations,
    Duration baseEjection,
    Duration longestEjection,
    Duration jitter,
    double mostEjected) {
  public OutlierConfig {
    if (consecutiveFailures < 1 || minimumHosts < 2 || minimumRequests < 1) {
      throw new IllegalArgumentException(
          "consecutiveFailures and minimumRequests must be at least 1, minimumHosts at least 2");
    }
    if (!(deviations > 0) || !(mostEjected >= 0 && mostEjected <= 1)) {
      throw new IllegalArgumentException(
          "deviations must be above 0 and mostEjected between 0 and 1");
    }
    if (interval.toMillis() < 1 || baseEjection.toMillis() < 1 || jitter.isNegative()) {
      throw new IllegalArgumentException("interval and baseEjection must be at least 1 ms");
    }
    if (longestEjection.compareTo(baseEjection) < 0) {
      throw new IllegalArgumentException("longestEjection is shorter than baseEjection");
    }
  }

  /** The documented defaults. */
  public static OutlierConfig defaults() {
    return new OutlierConfig(
        5,
        Duration.ofSeconds(10),
        5,
        100,
        1.9,
        Duration.ofSeconds(30),
        Duration.ofSeconds(300),
        Duration.ofSeconds(3),
        0.1);
  }

  /** The same with other ejection times. */
  public OutlierConfig withEjection(Duration base, Duration longest) {
    return new OutlierConfig(
        consecutiveFailures,
        interval,
        minimumHosts,
        minimumRequests,
        deviations,
        base,
        longest,
        jitter,
        mostEjected);
  }

  /** The same with another share of hosts ejected at a time. */
  public OutlierConfig withMostEjected(double to) {
    return new OutlierConfig(
        consecutiveFailures,
        interval,
        minimumHosts,
        minimumRequests,
        deviations,
        baseEjection,
        longestEjection,
        jitter,
        to);
  }
}
