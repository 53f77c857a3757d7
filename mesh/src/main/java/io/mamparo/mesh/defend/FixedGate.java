package io.mamparo.mesh.defend;

import io.mamparo.mesh.RouteRules.Priority;
import io.mamparo.resilience.limit.Bulkhead;

/** As many as the stack file says. Shared by all loops. */
final class FixedGate implements Gate {
  private final Bulkhead bulkhead;

  FixedGate(int concurrency, int stripes) {
    bulkhead = new Bulkhead(concurrency, stripes);
  }

  @Override
  public boolean enter(int stripe, Priority priority) {
    return bulkhead.enter(stripe, Gate.bound(bulkhead.limit(), priority));
  }

  @Override
  public void leave(int stripe, long tookNanos, boolean dropped, long now) {
    bulkhead.leave();
  }

  @Override
  public Bulkhead bulkhead() {
    return bulkhead;
  }

  @Override
  public Gate follow(int concurrency, boolean adaptive, int stripes, long now) {
    if (adaptive) {
      return new AdaptiveGate(concurrency, stripes, now);
    }
    bulkhead.resize(concurrency);
    return this;
  }
}
