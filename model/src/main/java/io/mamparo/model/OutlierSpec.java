package io.mamparo.model;

import java.time.Duration;

/**
 * When a replica that answers worse than the others is left out for a while.
 *
 * @param failures failed requests in a row that eject it
 * @param ejection how long, times the number of ejections in a row
 * @param maxEjection how long at most
 * @param maxEjected share of a service's replicas that may be ejected at once; one always may
 */
public record OutlierSpec(
    int failures, Duration ejection, Duration maxEjection, Percentage maxEjected) {
  public OutlierSpec {
    Require.between(1, failures, 1_000, "failures");
    Require.positive(ejection, "ejection");
    Require.that(
        maxEjection.compareTo(ejection) >= 0, "max-ejection must not be shorter than ejection");
  }
}
