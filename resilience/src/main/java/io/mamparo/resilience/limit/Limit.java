package io.mamparo.resilience.limit;

/**
 * Estimates how much may be in flight, from what was measured. Only estimates: {@link Limiter}
 * enforces. Not safe for use by several threads at once; the limiter calls it one at a time.
 */
public interface Limit {
  /** In place of a latency: nothing ended in the window except by being dropped. */
  long NO_LATENCY = 0;

  /** The present estimate, at least 1. */
  int current();

  /**
   * Takes one window's measurement.
   *
   * @param latencyNanos the mean time of the calls that ended in the window, or {@link #NO_LATENCY}
   * @param inFlight the most that was in flight in the window
   * @param dropped whether calls were refused or timed out by the callee for lack of capacity
   * @return the new estimate
   */
  int update(long latencyNanos, int inFlight, boolean dropped);
}
