package io.mamparo.resilience.breaker;

import java.time.Duration;

/**
 * When a breaker opens and how it closes again. The defaults suit a service that is called at least
 * a few times a second.
 *
 * @param window what the rates are taken over; default 10 s in 10 slices
 * @param minimumCalls fewer results than this in the window are not judged; default 20
 * @param failureRate the failed share at which it opens, above 0 to 1; default 0.5
 * @param slowCall a call that took longer than this is slow; default 1 s
 * @param slowRate the slow share at which it opens, above 0 to 1; default 1
 * @param openFor how long it refuses everything before it probes; default 10 s
 * @param probes how many calls a half-open breaker lets through in all; default 10. It judges when
 *     {@code min(probes, minimumCalls)} of them have been answered.
 * @param probeTimeout a half-open breaker whose probes are all out and which has heard nothing for
 *     this long opens again; default 30 s
 */
public record BreakerConfig(
    WindowSpec window,
    int minimumCalls,
    double failureRate,
    Duration slowCall,
    double slowRate,
    Duration openFor,
    int probes,
    Duration probeTimeout) {
  public BreakerConfig {
    if (minimumCalls < 1) {
      throw new IllegalArgumentException("minimumCalls must be at least 1: " + minimumCalls);
    }
    requireShare("failureRate", failureRate);
    requireShare("slowRate", slowRate);
    if (probes < 1 || probes > CountWindow.MAX_SIZE) {
      throw new IllegalArgumentException("probes must be 1 to " + CountWindow.MAX_SIZE);
    }
    requirePositive("slowCall", slowCall);
    requirePositive("openFor", openFor);
    requirePositive("probeTimeout", probeTimeout);
    if (window instanceof WindowSpec.OfCalls calls) {
      minimumCalls = Math.min(minimumCalls, calls.size());
    }
  }

  /** The documented defaults. */
  public static BreakerConfig defaults() {
    return new BreakerConfig(
        new WindowSpec.OfTime(Duration.ofSeconds(10), 10),
        20,
        0.5,
        Duration.ofSeconds(1),
        1,
        Duration.ofSeconds(10),
        10,
        Duration.ofSeconds(30));
  }

  /** The same with another window; a count window lowers {@code minimumCalls} to its size. */
  public BreakerConfig withWindow(WindowSpec to) {
    return new BreakerConfig(
        to, minimumCalls, failureRate, slowCall, slowRate, openFor, probes, probeTimeout);
  }

  /** The same with another minimum of results. */
  public BreakerConfig withMinimumCalls(int to) {
    return new BreakerConfig(
        window, to, failureRate, slowCall, slowRate, openFor, probes, probeTimeout);
  }

  /** The same with another failure threshold. */
  public BreakerConfig withFailureRate(double to) {
    return new BreakerConfig(
        window, minimumCalls, to, slowCall, slowRate, openFor, probes, probeTimeout);
  }

  /** The same with another notion of slow. */
  public BreakerConfig withSlowCall(Duration to) {
    return new BreakerConfig(
        window, minimumCalls, failureRate, to, slowRate, openFor, probes, probeTimeout);
  }

  /** The same with another threshold for slow calls. */
  public BreakerConfig withSlowRate(double to) {
    return new BreakerConfig(
        window, minimumCalls, failureRate, slowCall, to, openFor, probes, probeTimeout);
  }

  /** The same with another open delay. */
  public BreakerConfig withOpenFor(Duration to) {
    return new BreakerConfig(
        window, minimumCalls, failureRate, slowCall, slowRate, to, probes, probeTimeout);
  }

  /** The same with another number of probes. */
  public BreakerConfig withProbes(int to) {
    return new BreakerConfig(
        window, minimumCalls, failureRate, slowCall, slowRate, openFor, to, probeTimeout);
  }

  /** The same with another patience with probes. */
  public BreakerConfig withProbeTimeout(Duration to) {
    return new BreakerConfig(
        window, minimumCalls, failureRate, slowCall, slowRate, openFor, probes, to);
  }

  private static void requireShare(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be above 0 and at most 1: " + value);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be above 0: " + value);
    }
  }
}
