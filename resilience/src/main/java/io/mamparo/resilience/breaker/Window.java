package io.mamparo.resilience.breaker;

/** Results and what they say. Written by event loops, each on its own stripe; read by anybody. */
sealed interface Window permits CountWindow, TimeWindow {
  int CALLS = 0;
  int FAILURES = 1;
  int SLOW = 2;

  /** Counts a result and judges the window it is now part of. */
  Judgement record(int stripe, boolean failed, boolean slow, long now);

  /** Sums of calls, failures and slow calls, as of {@code now}. */
  long[] totals(long now);
}
