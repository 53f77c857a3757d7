package io.mamparo.model;

import java.time.Duration;

/**
 * What happens when a replica's process ends by itself.
 *
 * @param backoff before the first restart; doubles with each, with jitter
 * @param maxBackoff at most
 * @param reset after running this long, the next restart waits for {@code backoff} again
 */
public record RestartSpec(Duration backoff, Duration maxBackoff, Duration reset) {
  public RestartSpec {
    Require.positive(backoff, "backoff");
    Require.that(
        maxBackoff.compareTo(backoff) >= 0, "max-backoff must not be shorter than backoff");
    Require.positive(reset, "reset");
  }
}
