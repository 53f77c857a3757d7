package io.mamparo.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What protects a service from its callers and its callers from it. Changing any of it restarts
 * nothing.
 *
 * @param timeout of a request with all its tries
 * @param perTryTimeout of one try; absent means that only {@code timeout} counts
 * @param concurrency requests in flight at most, over all replicas; the next one is refused at once
 * @param breaker absent when switched off
 * @param outliers absent when switched off
 * @param hedge when a slow request is sent to another replica
 */
public record Guards(
    Duration timeout,
    @Nullable Duration perTryTimeout,
    int concurrency,
    RetrySpec retries,
    @Nullable BreakerSpec breaker,
    @Nullable OutlierSpec outliers,
    HedgeSpec hedge) {
  public Guards {
    Require.positive(timeout, "timeout");
    if (perTryTimeout != null) {
      Require.positive(perTryTimeout, "per-try-timeout");
      Require.that(
          perTryTimeout.compareTo(timeout) <= 0, "per-try-timeout must not exceed timeout");
    }
    Require.between(1, concurrency, 1_000_000, "concurrency");
    Require.that(
        !hedge.on() || !retries.methods().isEmpty(),
        "hedge sends twice what retries: say can be sent twice, and these are off; with retries:"
            + " {attempts: 1} nothing is tried again, and all that is safe is hedged");
  }
}
