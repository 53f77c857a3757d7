package io.mamparo.resilience.breaker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bounded number of probes goes through; their results decide. A probe that ends without a result
 * gives its place back. Probes that never end at all must not keep the breaker half-open for ever:
 * when all are out and the last one left longer ago than the probe timeout, it opens again.
 */
final class HalfOpen implements Phase {
  private final long generation;
  private final long since;
  private final int probes;
  private final Window window;
  private final AtomicInteger out = new AtomicInteger();
  private volatile long lastLeft;

  HalfOpen(long generation, long since, BreakerConfig config) {
    this.generation = generation;
    this.since = since;
    this.probes = config.probes();
    int judged = Math.min(config.probes(), config.minimumCalls());
    this.window =
        new CountWindow(judged, new Thresholds(judged, config.failureRate(), config.slowRate()));
    this.lastLeft = since;
  }

  @Override
  public BreakerState kind() {
    return BreakerState.HALF_OPEN;
  }

  @Override
  public long generation() {
    return generation;
  }

  @Override
  public long since() {
    return since;
  }

  @Override
  public long acquire(Breaker breaker, int stripe, long now) {
    int before = out.get();
    while (before < probes) {
      if (out.weakCompareAndSetVolatile(before, before + 1)) {
        lastLeft = now;
        return generation;
      }
      before = out.get();
    }
    poll(breaker, now);
    return Breaker.REFUSED_PROBING;
  }

  @Override
  public void record(Breaker breaker, int stripe, boolean failed, boolean slow, long now) {
    switch (window.record(stripe, failed, slow, now)) {
      case TOO_FEW -> {}
      case FINE -> breaker.close(this, Cause.PROBES_PASSED, now);
      case FAILING -> breaker.open(this, Cause.FAILURES, now);
      case SLOW -> breaker.open(this, Cause.SLOW_CALLS, now);
    }
  }

  @Override
  public void ignored() {
    out.decrementAndGet();
  }

  @Override
  public void poll(Breaker breaker, long now) {
    if (out.get() >= probes && now - lastLeft >= breaker.probeTimeoutNanos()) {
      breaker.open(this, Cause.PROBES_LOST, now);
    }
  }

  @Override
  public long[] totals(long now) {
    return window.totals(now);
  }

  int probesOut() {
    return out.get();
  }
}
