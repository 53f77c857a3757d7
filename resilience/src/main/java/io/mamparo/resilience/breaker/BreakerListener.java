package io.mamparo.resilience.breaker;

/**
 * Told of every change of a breaker's state exactly once, by the thread that caused it, which is
 * usually an event loop: it must not block. Two changes that follow each other within microseconds
 * may be told by two threads in either order; {@code generation} orders them.
 */
@FunctionalInterface
public interface BreakerListener {
  /** Tells nobody. */
  BreakerListener NONE = (breaker, from, to, cause, generation, calls, failures, slow, now) -> {};

  /**
   * The state has changed.
   *
   * @param generation counts the breaker's states; it has just been raised
   * @param calls results in the window (or of the probes) that were judged
   * @param failures failed ones among them
   * @param slow slow ones among them
   * @param now the monotonic time of the change, in nanoseconds
   */
  void changed(
      Breaker breaker,
      BreakerState from,
      BreakerState to,
      Cause cause,
      long generation,
      long calls,
      long failures,
      long slow,
      long now);
}
