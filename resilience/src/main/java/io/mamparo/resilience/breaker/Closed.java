package io.mamparo.resilience.breaker;

/** Every call goes through; the window is judged with each result. */
record Closed(long generation, long since, Window window) implements Phase {
  @Override
  public BreakerState kind() {
    return BreakerState.CLOSED;
  }

  @Override
  public long acquire(Breaker breaker, int stripe, long now) {
    return generation;
  }

  @Override
  public void record(Breaker breaker, int stripe, boolean failed, boolean slow, long now) {
    switch (window.record(stripe, failed, slow, now)) {
      case TOO_FEW, FINE -> {}
      case FAILING -> breaker.open(this, Cause.FAILURES, now);
      case SLOW -> breaker.open(this, Cause.SLOW_CALLS, now);
    }
  }

  @Override
  public void ignored() {
    // A closed breaker counts results only, so that a call without one leaves no trace.
  }

  @Override
  public void poll(Breaker breaker, long now) {
    // Time alone only takes results out of the window, which is judged again with the next one.
  }

  @Override
  public long[] totals(long now) {
    return window.totals(now);
  }
}
