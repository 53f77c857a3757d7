package io.mamparo.mesh;

import java.time.Duration;

/**
 * When a request whose first try has not begun to answer is sent to a second endpoint as well, as
 * in gRPC's hedging (gRFC A6) and Finagle's backup requests: the first answer wins, the other try
 * is called off. Only what may be tried again is hedged, and no request more than once.
 *
 * @param after how long to wait; zero when the percentile says it
 * @param percentile of the edge's recent latency that is waited for, above 0 and below 1; 0 when
 *     {@code after} says it
 * @param budget hedges as a share of the requests of the last 10 s that could be hedged, 0 to 1; 0
 *     switches hedging off
 */
public record Hedge(Duration after, double percentile, double budget) {
  /** No request is hedged. */
  public static final Hedge OFF = new Hedge(Duration.ZERO, 0, 0);

  /** The budget where nothing else is said. */
  public static final double BUDGET = 0.05;

  public Hedge {
    if (after.isNegative() || !(percentile >= 0 && percentile < 1)) {
      throw new IllegalArgumentException("after must not be negative, percentile 0 to below 1");
    }
    if (!(budget >= 0 && budget <= 1)) {
      throw new IllegalArgumentException("budget must be 0 to 1");
    }
    if (budget > 0 && after.isZero() == (percentile == 0)) {
      throw new IllegalArgumentException("either after or percentile says how long to wait");
    }
  }

  /** After a fixed time. */
  public static Hedge after(Duration delay) {
    return new Hedge(delay, 0, BUDGET);
  }

  /** Whether any request is hedged. */
  public boolean on() {
    return budget > 0;
  }
}
