package io.mamparo.mesh.defend;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.resilience.window.StripedCounter;
import org.jspecify.annotations.Nullable;

/** Calls from one caller to one service: their breaker and their budget. Shared by all loops. */
public final class Edge {
  private final String caller;
  private final String service;
  private final int stripes;
  private final BreakerListener listener;
  private final StripedCounter inFlight;
  private final StripedCounter requests;
  private final StripedCounter denied;
  private final StripedCounter wouldDeny;
  private final StripedCounter reconnects;
  private final Hedging hedging;
  private volatile @Nullable Breaker breaker;
  private volatile RetryBudget budget;
  private @Nullable BreakerConfig breakerConfig;
  private RetryBudgetConfig budgetConfig;

  Edge(String caller, MeshConfig.Service config, int stripes, BreakerListener listener, long now) {
    this.caller = caller;
    this.service = config.name();
    this.stripes = stripes;
    this.listener = listener;
    inFlight = new StripedCounter(stripes);
    requests = new StripedCounter(stripes);
    denied = new StripedCounter(stripes);
    wouldDeny = new StripedCounter(stripes);
    reconnects = new StripedCounter(stripes);
    hedging = new Hedging(config.policy().hedge(), stripes, now);
    budgetConfig = config.retries().budget();
    budget = new RetryBudget(budgetConfig, stripes, now);
    configure(config, now);
  }

  void configure(MeshConfig.Service config, long now) {
    hedging.configure(config.policy().hedge(), now);
    if (!config.retries().budget().equals(budgetConfig)) {
      budgetConfig = config.retries().budget();
      budget = new RetryBudget(budgetConfig, stripes, now);
    }
    BreakerConfig wanted = config.breaker();
    Breaker present = breaker;
    if (wanted == null) {
      breaker = null;
    } else if (present == null) {
      breaker = new Breaker(caller + " -> " + service, wanted, stripes, listener, now);
    } else if (!wanted.equals(breakerConfig)) {
      present.reconfigure(wanted, now);
    }
    breakerConfig = wanted;
  }

  public String caller() {
    return caller;
  }

  /** The breaker, or null when the service has none. */
  public @Nullable Breaker breaker() {
    return breaker;
  }

  public RetryBudget budget() {
    return budget;
  }

  /** Its hedges. */
  public Hedging hedging() {
    return hedging;
  }

  /** Requests under way. */
  public StripedCounter inFlight() {
    return inFlight;
  }

  /** Requests that have ended. */
  public StripedCounter requests() {
    return requests;
  }

  /** Requests that no rule allows and that were refused. */
  public StripedCounter denied() {
    return denied;
  }

  /** Requests that no rule allows and that went on all the same. */
  public StripedCounter wouldDeny() {
    return wouldDeny;
  }

  /** Tries that were sent again on a new connection, for the kept one was just being closed. */
  public StripedCounter reconnects() {
    return reconnects;
  }

  /** Lets time do to the breaker what it does. */
  void poll(long now) {
    Breaker b = breaker;
    if (b != null) {
      b.poll(now);
    }
  }

  MeshSnapshot.Edge snapshot(long now) {
    Breaker b = breaker;
    RetryBudget r = budget;
    return new MeshSnapshot.Edge(
        caller,
        service,
        inFlight.sum(),
        requests.sum(),
        b == null ? null : b.snapshot(now),
        r.available(now),
        r.granted(),
        r.refused(),
        denied.sum(),
        wouldDeny.sum(),
        reconnects.sum(),
        hedging.snapshot(now));
  }
}
