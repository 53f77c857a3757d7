package io.mamparo.model;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * When a request is tried again. Only requests whose body can be replayed are.
 *
 * @param budget retries as a share of the requests of the last ten seconds
 * @param reserve retries that are allowed whatever the share, so that quiet services retry too
 * @param attempts tries at most, with the first; 1 switches retries off
 * @param on what is tried again
 * @param methods that may be tried again although the server may have acted on them; a refused
 *     connection is retried for every method
 * @param replay bytes of a body at most that are kept for another try
 * @param backoff before the second try; doubles with each, with jitter
 */
public record RetrySpec(
    Percentage budget,
    Rate reserve,
    int attempts,
    Set<Condition> on,
    Set<String> methods,
    ByteSize replay,
    Duration backoff) {
  /** What can be tried again. */
  public enum Condition {
    /** The connection was refused or could not be made. */
    CONNECT,
    /** The connection broke before the first byte of the answer. */
    RESET,
    /** A try took longer than {@code per-try-timeout}. */
    TIMEOUT,
    /** The answer was 502. */
    BAD_GATEWAY,
    /** The answer was 503. */
    UNAVAILABLE,
    /** The answer was 504. */
    GATEWAY_TIMEOUT,
    /** The answer was any 5xx. */
    SERVER_ERROR,
    /** The answer was 429; tried again after its Retry-After. */
    TOO_MANY_REQUESTS
  }

  public RetrySpec {
    Require.between(1, attempts, 10, "attempts");
    on = on.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(on));
    methods = Set.copyOf(methods);
    Require.that(replay.compareTo(ByteSize.mib(16)) <= 0, "replay is at most 16MiB");
    Require.that(!backoff.isNegative(), "backoff must not be negative");
  }
}
