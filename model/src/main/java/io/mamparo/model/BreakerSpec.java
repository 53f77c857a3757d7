package io.mamparo.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When calls to a failing service or database are refused at once.
 *
 * @param failures share of failed calls in the window that opens it
 * @param slow calls that take longer count as slow; absent means that slowness does not count
 * @param slowCalls share of slow calls in the window that opens it
 * @param open how long it stays open before it lets probes through
 * @param window over which calls are counted
 * @param minimumCalls in the window before it may open
 * @param probes calls that are let through when half open, after which it closes or opens again
 */
public record BreakerSpec(
    Percentage failures,
    @Nullable Duration slow,
    Percentage slowCalls,
    Duration open,
    Duration window,
    int minimumCalls,
    int probes) {
  public BreakerSpec {
    Require.that(failures.millionths() > 0, "failures must be more than 0%");
    Require.that(slowCalls.millionths() > 0, "slow-calls must be more than 0%");
    if (slow != null) {
      Require.positive(slow, "slow");
    }
    Require.positive(open, "open");
    Require.that(
        window.compareTo(Duration.ofSeconds(1)) >= 0 && window.compareTo(Duration.ofHours(1)) <= 0,
        "window must be from 1s to 1h");
    Require.between(1, minimumCalls, 1_000_000, "minimum-calls");
    Require.between(1, probes, 1_000, "probes");
  }
}
