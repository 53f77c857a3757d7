package io.mamparo.mesh.defend;

import io.mamparo.mesh.RouteRules.Priority;
import io.mamparo.resilience.limit.Bulkhead;
import io.mamparo.resilience.limit.Gradient2;
import io.mamparo.resilience.limit.Limiter;

/** As many as the latency allows, measured on the requests themselves. Shared by all loops. */
final class AdaptiveGate implements Gate {
  private final Limiter limiter;
  private final int most;

  AdaptiveGate(int most, int stripes, long now) {
    this.most = most;
    Gradient2.Config usual = Gradient2.Config.defaults();
    int least = Math.min(usual.min(), most);
    int first = Math.clamp(usual.initial(), least, most);
    limiter =
        new Limiter(
            new Gradient2(
                new Gradient2.Config(
                    first,
                    least,
                    most,
                    usual.tolerance(),
                    usual.smoothing(),
                    usual.queue(),
                    usual.longWindow())),
            stripes,
            now);
  }

  @Override
  public boolean enter(int stripe, Priority priority) {
    return limiter.enter(stripe, Gate.bound(limiter.bulkhead().limit(), priority));
  }

  @Override
  public void leave(int stripe, long tookNanos, boolean dropped, long now) {
    if (dropped) {
      limiter.leaveDropped(stripe, now);
    } else if (tookNanos < 0) {
      limiter.leaveIgnored();
    } else {
      limiter.leave(stripe, tookNanos, now);
    }
  }

  @Override
  public Bulkhead bulkhead() {
    return limiter.bulkhead();
  }

  @Override
  public Gate follow(int concurrency, boolean adaptive, int stripes, long now) {
    if (adaptive) {
      return concurrency == most ? this : new AdaptiveGate(concurrency, stripes, now);
    }
    return new FixedGate(concurrency, stripes);
  }
}
