package io.mamparo.resilience.retry;

import java.time.Duration;

/**
 * How many retries are allowed.
 *
 * @param ratio retries per request over the window, above 0 to 10; default 0.2
 * @param window how far back requests and retries count; default 10 s, in {@link #SLICES} slices
 * @param reservePerSecond retries allowed a second however few requests there are; default 10
 * @param activeRatio retries under way, as a share of requests under way; default 0.2
 * @param activeMinimum retries under way that are always allowed; default 3
 */
public record RetryBudgetConfig(
    double ratio, Duration window, int reservePerSecond, double activeRatio, int activeMinimum) {
  /** Into how many slices the window is divided. */
  public static final int SLICES = 10;

  public RetryBudgetConfig {
    if (!(ratio > 0 && ratio <= 10)) {
      throw new IllegalArgumentException("ratio must be above 0 and at most 10: " + ratio);
    }
    if (window.toMillis() < 1) {
      throw new IllegalArgumentException("window must be at least 1 ms: " + window);
    }
    if (reservePerSecond < 0 || activeMinimum < 0 || !(activeRatio >= 0)) {
      throw new IllegalArgumentException(
          "reservePerSecond, activeMinimum and activeRatio cannot be negative");
    }
  }

  /** The documented defaults. */
  public static RetryBudgetConfig defaults() {
    return new RetryBudgetConfig(0.2, Duration.ofSeconds(10), 10, 0.2, 3);
  }

  /** The same with another ratio, for both rules. */
  public RetryBudgetConfig withRatio(double to) {
    return new RetryBudgetConfig(to, window, reservePerSecond, to, activeMinimum);
  }
}
