package io.mamparo.resilience.breaker;

/**
 * What a breaker is in at one moment, and the results that belong to it. A breaker never returns to
 * an old phase object: a new one with the next generation takes its place, by compare-and-set, so
 * that exactly one thread makes each transition. Results of an earlier phase do not match its
 * generation and are dropped: that is the fence against late results.
 *
 * <pre>
 *              failure or slow share reached, with enough results
 *     Closed ──────────────────────────────────────────────────────→ Open ←──┐
 *       ↑                                                             │      │ probes failed,
 *       │ probes passed                      delay passed, seen by    │      │ or went out and
 *       │                                    the next call or poll    ↓      │ never came back
 *       └────────────────────────────────────────────────────────  HalfOpen ─┘
 *
 *     trip(): any → Open.   reset(): any → Closed.
 * </pre>
 */
sealed interface Phase permits Closed, Open, HalfOpen {
  BreakerState kind();

  /** Non-negative, one more than the phase before. */
  long generation();

  /** The monotonic time at which it began. */
  long since();

  /** A permit (the generation), or one of the breaker's negative refusals. */
  long acquire(Breaker breaker, int stripe, long now);

  /** A result of a call that was let through by this phase. */
  void record(Breaker breaker, int stripe, boolean failed, boolean slow, long now);

  /** A call let through by this phase ended without saying anything about the callee. */
  void ignored();

  /** Does what time alone brings about. */
  void poll(Breaker breaker, long now);

  /** Calls, failures and slow calls to show. */
  long[] totals(long now);
}
