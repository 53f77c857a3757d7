package io.mamparo.model;

import org.jspecify.annotations.Nullable;

/**
 * How many requests a route takes; those beyond are answered 429.
 *
 * @param rate on average
 * @param burst at once
 * @param by what has a limit of its own; absent: all requests of the route share one
 */
public record LimitSpec(Rate rate, int burst, @Nullable UserKey by) {
  public LimitSpec {
    Require.that(rate.perSecond() > 0, "rate must be more than 0/s");
    Require.between(1, burst, 1_000_000, "burst");
    Require.that(by == null || by.ttl() == null, "by takes no ttl here");
  }

  /** A rate with a burst of one second's requests. */
  public static LimitSpec of(Rate rate) {
    return new LimitSpec(rate, Math.max(1, (int) Math.ceil(rate.perSecond())), null);
  }
}
