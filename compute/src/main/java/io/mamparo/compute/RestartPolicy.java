package io.mamparo.compute;

import java.time.Duration;

/**
 * What happens when a replica's process ends by itself. Immutable.
 *
 * @param initial wait before the first restart; doubles with each, with jitter of up to a quarter
 * @param max wait at most
 * @param resetAfter after being healthy for this long, earlier failures are forgotten
 * @param crashLoopAfter failures without that, from which on the replica is called crash-looping
 */
public record RestartPolicy(
    Duration initial, Duration max, Duration resetAfter, int crashLoopAfter) {
  /** Half a second, doubled up to half a minute; a crash loop from the third failure on. */
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60), 3);

  public RestartPolicy {
    Checks.positive(initial, "initial");
    Checks.that(max.compareTo(initial) >= 0, "max must not be shorter than initial");
    Checks.positive(resetAfter, "resetAfter");
    Checks.that(crashLoopAfter > 0, "crashLoopAfter must be positive");
  }
}
