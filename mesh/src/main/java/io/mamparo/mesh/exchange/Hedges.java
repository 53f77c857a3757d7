package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Hedge;
import io.mamparo.mesh.Reason;
import io.mamparo.mesh.Unhedged;
import io.mamparo.mesh.defend.Balancer;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.Gate;
import io.mamparo.mesh.defend.Hedging;
import io.mamparo.mesh.defend.Latencies;
import io.mamparo.resilience.Deadline;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.resilience.breaker.BreakerState;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.resilience.retry.RetryDecision;
import io.mamparo.wire.http.Body;
import io.mamparo.wire.http.ResponseHead;
import io.mamparo.wire.http.Trailer;
import org.jspecify.annotations.Nullable;

/**
 * When a request is sent to a second endpoint because the first has not begun to answer, and which
 * of the two tries goes on. Owned by one loop.
 *
 * <p>A hedge needs all of: a request that the service may see twice, all of its body at hand, time,
 * a closed breaker, room in the bulkhead, another healthy endpoint, and a place in two budgets: its
 * own and that of retries. A request has one at most.
 */
final class Hedges {
  private final MeshLoop loop;
  private final Settlement settlement;
  private final Attempt attempt;

  Hedges(MeshLoop loop, Settlement settlement, Attempt attempt) {
    this.loop = loop;
    this.settlement = settlement;
    this.attempt = attempt;
  }

  /** A try begins that may be hedged, when its time comes. */
  static void arm(Exchange x) {
    await(x, x.tryStart);
  }

  private static void await(Exchange x, long from) {
    Hedge how = x.policy().hedge;
    MeshLoop loop = x.loop;
    long delay = how.after().toNanos();
    if (how.percentile() > 0) {
      delay = x.theEdge().hedging().latencies(loop.index, from).percentile(how.percentile(), from);
    }
    if (delay != Latencies.UNKNOWN && Deadline.allows(x.tryDeadline, delay, from)) {
      loop.timers.set(x.pair.timer, from + delay);
    }
  }

  /** The time has come, unless the endpoint has begun to answer. */
  void due(Exchange x, long now) {
    boolean waits =
        switch (x.phase) {
          case DELAYED, CONNECTING, SENT -> x.response.empty();
          case IDLE, READING, ADMITTING, BACKOFF, RESPONDING, TUNNEL -> false;
        };
    if (!waits || x.pair.sent) {
      return;
    }
    if (!x.requestDone && (!x.request.hasBody() || x.holding)) {
      // What is slow may be the client: it is looked at again.
      await(x, now);
      return;
    }
    Hedging hedging = x.theEdge().hedging();
    Unhedged cause = unfit(x, now);
    int picked = Balancer.NONE;
    if (cause == null) {
      picked = x.theBalancer().second(loop.random, x.tried, x.user, now);
      cause = picked == Balancer.NONE ? Unhedged.NO_ENDPOINT : charge(x, now);
    }
    if (cause != null) {
      hedging.suppressed(cause, loop.index);
      return;
    }
    hedging.sent().add(loop.index, 1);
    send(x, picked, now);
  }

  private static @Nullable Unhedged unfit(Exchange x, long now) {
    if (x.request.hasBody() && !x.holding) {
      return Unhedged.BODY;
    }
    if (Deadline.passed(x.deadline, now)) {
      return Unhedged.DEADLINE;
    }
    Breaker breaker = x.theEdge().breaker();
    if (breaker != null && breaker.state() != BreakerState.CLOSED) {
      return Unhedged.BREAKER;
    }
    Gate gate = x.gate;
    boolean full = gate != null && gate.bulkhead().inFlight() >= gate.bulkhead().limit();
    return full ? Unhedged.BULKHEAD : null;
  }

  /** Takes a place in both budgets. */
  private @Nullable Unhedged charge(Exchange x, long now) {
    RetryBudget own = x.pair.budget;
    RetryBudget shared = x.budget;
    if (own == null || shared == null || !granted(own, now)) {
      return Unhedged.BUDGET;
    }
    if (!granted(shared, now)) {
      own.onRetryDone(loop.index);
      return Unhedged.RETRY_BUDGET;
    }
    x.pair.charged = true;
    return null;
  }

  private boolean granted(RetryBudget budget, long now) {
    return budget.tryHedge(loop.index, now) == RetryDecision.GRANTED;
  }

  private void send(Exchange x, int picked, long now) {
    Breaker breaker = x.theEdge().breaker();
    EndpointState endpoint = x.plan().endpoint(picked);
    Exchange h = loop.borrow();
    h.client = x.client;
    h.caller = x.caller;
    h.service = x.service;
    h.policy = x.policy;
    h.edge = x.edge;
    h.balancer = x.balancer;
    h.call.yes = x.call.yes;
    h.call.deadline = x.call.deadline;
    h.requestDone = true;
    h.permit = breaker == null ? -1 : breaker.acquire(loop.index, now);
    h.endpoint = endpoint;
    h.version = x.plan().version(picked);
    endpoint.inFlight().add(loop.index, 1);
    h.counting = true;
    h.deadline = x.deadline;
    h.startNanos = x.startNanos;
    h.tryStart = now;
    h.tryDeadline = Deadline.ofTry(x.deadline, x.policy().perTryNanos, now);
    h.phase = Exchange.Phase.CONNECTING;
    loop.timers.set(h.timer, h.tryDeadline);
    x.tried |= 1L << picked;
    x.tries++;
    h.pair.number = x.tries;
    h.pair.hedged = true;
    h.pair.of = x;
    x.pair.hedge = h;
    x.pair.sent = true;
    if (attempt.fault(h) && attempt.connection(h)) {
      attempt.send(h);
      RequestPath.flush(h);
    }
  }

  /** Whether another try of the same request is under way. */
  static boolean paired(Exchange side) {
    Exchange of = side.pair.of;
    return of == null ? side.pair.hedge != null && !side.pair.lost : !of.pair.lost;
  }

  /**
   * A try has failed, and holds no connection any more: if another one is under way, the request
   * waits for that.
   *
   * @param status what it was answered; 0 for nothing
   * @return whether the request goes on
   */
  boolean goesOn(Exchange side, int status, Reason reason, long now) {
    if (!paired(side)) {
      return false;
    }
    loop.timers.cancel(side.timer);
    settlement.tellTry(Pair.request(side), side, status, reason, false, now);
    Exchange of = side.pair.of;
    if (of != null) {
      of.pair.hedge = null;
      settlement.uncharge(of);
      settlement.drop(side);
      return true;
    }
    side.pair.lost = true;
    side.ticket++;
    side.phase = Exchange.Phase.SENT;
    side.response.reset();
    settlement.release(side);
    return true;
  }

  /** The first answer is there: the other try is called off. Gives the request. */
  Exchange answeredBy(Exchange side, int status, long now) {
    boolean hedge = side.pair.of != null;
    if (status < 500) {
      measure(side, now);
    }
    Exchange x = only(side, now);
    loop.timers.cancel(x.pair.timer);
    if (hedge) {
      x.theEdge().hedging().won().add(loop.index, 1);
    }
    return x;
  }

  /** Takes note of how long a try took, or would have taken longer than. */
  void measure(Exchange side, long now) {
    if (side.policy().hedge.percentile() > 0) {
      side.theEdge().hedging().latencies(loop.index, now).add(now - side.tryStart, now);
    }
  }

  /**
   * Makes a try the only one of its request. Another one is called off: what it took is no failure
   * of its endpoint, nor a success, but shows that it is slower than that.
   *
   * @return the request, which stands for this try now
   */
  Exchange only(Exchange side, long now) {
    Exchange x = Pair.request(side);
    if (side == x) {
      Exchange h = x.pair.hedge;
      if (h != null) {
        settlement.tellTry(x, h, 0, Reason.NONE, true, now);
        settlement.callOff(x);
      }
      return x;
    }
    if (!x.pair.lost) {
      slower(x, now);
      settlement.closeUpstream(x);
      settlement.tellTry(x, x, 0, Reason.NONE, true, now);
      settlement.release(x);
    }
    promote(x, side);
    return x;
  }

  private void slower(Exchange x, long now) {
    measure(x, now);
    EndpointState endpoint = x.endpoint;
    if (endpoint != null) {
      endpoint.onSlower(loop.index, now - x.tryStart, now);
    }
  }

  /** The request stands for its hedge from now on. */
  private void promote(Exchange x, Exchange h) {
    loop.timers.cancel(x.timer);
    x.pair.hedge = null;
    x.pair.lost = false;
    x.pair.hedged = true;
    x.pair.number = h.pair.number;
    x.ticket++;
    x.phase = Exchange.Phase.SENT;
    x.endpoint = h.endpoint;
    x.version = h.version;
    x.counting = h.counting;
    h.counting = false;
    x.permit = h.permit;
    h.permit = -1;
    x.reused = h.reused;
    x.tryStart = h.tryStart;
    x.tryDeadline = h.tryDeadline;
    ResponseHead head = x.response;
    x.response = h.response;
    h.response = head;
    Body body = x.responseBody;
    x.responseBody = h.responseBody;
    h.responseBody = body;
    Trailer trailer = x.responseTrailer;
    x.responseTrailer = h.responseTrailer;
    h.responseTrailer = trailer;
    Upstream upstream = h.upstream;
    h.upstream = null;
    x.upstream = null;
    if (upstream != null) {
      upstream.attach(x);
    }
    settlement.drop(h);
  }
}
