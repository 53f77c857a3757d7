package io.mamparo.resilience.breaker;

/** Every call is refused until the delay has passed; keeps the numbers that opened it, to show. */
record Open(long generation, long since, long calls, long failures, long slow) implements Phase {
  @Override
  public BreakerState kind() {
    return BreakerState.OPEN;
  }

  @Override
  public long acquire(Breaker breaker, int stripe, long now) {
    if (now - since < breaker.openNanos()) {
      return Breaker.REFUSED_OPEN;
    }
    breaker.halfOpen(this, now);
    return breaker.phase().acquire(breaker, stripe, now);
  }

  @Override
  public void record(Breaker breaker, int stripe, boolean failed, boolean slow, long now) {
    // Nothing is let through, so that nothing can come back with this generation.
  }

  @Override
  public void ignored() {
    // As above.
  }

  @Override
  public void poll(Breaker breaker, long now) {
    if (now - since >= breaker.openNanos()) {
      breaker.halfOpen(this, now);
    }
  }

  @Override
  public long[] totals(long now) {
    return new long[] {calls, failures, slow};
  }
}
