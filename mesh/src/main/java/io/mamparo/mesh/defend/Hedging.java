package io.mamparo.mesh.defend;

import io.mamparo.mesh.Hedge;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.mesh.Unhedged;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.resilience.window.StripedCounter;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an edge knows of its hedges: budget, latencies, counts. Shared by all loops, but for the
 * latencies, of which each loop has its own.
 */
public final class Hedging {
  private final int stripes;
  private final StripedCounter sent;
  private final StripedCounter won;
  private final Map<Unhedged, StripedCounter> suppressed = new EnumMap<>(Unhedged.class);
  private final @Nullable Latencies[] latencies;
  private double ratio;
  private volatile RetryBudget budget;

  Hedging(Hedge config, int stripes, long now) {
    this.stripes = stripes;
    sent = new StripedCounter(stripes);
    won = new StripedCounter(stripes);
    for (Unhedged cause : Unhedged.values()) {
      suppressed.put(cause, new StripedCounter(stripes));
    }
    latencies = new Latencies[stripes];
    ratio = ratio(config);
    budget = budget(now);
  }

  /** Where only routes hedge, the usual share holds. */
  private static double ratio(Hedge config) {
    return config.on() ? config.budget() : Hedge.BUDGET;
  }

  /** No reserve, as in Finagle: a quiet service needs no hedges. */
  private RetryBudget budget(long now) {
    RetryBudgetConfig usual = RetryBudgetConfig.defaults();
    return new RetryBudget(
        new RetryBudgetConfig(ratio, usual.window(), 0, ratio, usual.activeMinimum()),
        stripes,
        now);
  }

  void configure(Hedge config, long now) {
    if (ratio(config) != ratio) {
      ratio = ratio(config);
      budget = budget(now);
    }
  }

  /** How many hedges there may be. */
  public RetryBudget budget() {
    return budget;
  }

  /** What a loop has measured. For use on that loop only. */
  public Latencies latencies(int loop, long now) {
    Latencies own = latencies[loop];
    if (own == null) {
      own = new Latencies(now);
      latencies[loop] = own;
    }
    return own;
  }

  /** Hedges that were sent. */
  public StripedCounter sent() {
    return sent;
  }

  /** Hedges that brought the answer. */
  public StripedCounter won() {
    return won;
  }

  /** A request that was slow enough was not hedged. */
  public void suppressed(Unhedged cause, int loop) {
    StripedCounter counter = suppressed.get(cause);
    if (counter != null) {
      counter.add(loop, 1);
    }
  }

  MeshSnapshot.Hedges snapshot(long now) {
    Map<Unhedged, Long> causes = new EnumMap<>(Unhedged.class);
    suppressed.forEach((cause, counter) -> causes.put(cause, counter.sum()));
    return new MeshSnapshot.Hedges(sent.sum(), won.sum(), budget.available(now), causes);
  }
}
