package io.mamparo.mesh.exchange;

import io.mamparo.mesh.MeshConfig.RetryOn;
import io.mamparo.mesh.Reason;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.TryPolicy;
import io.mamparo.resilience.Deadline;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.resilience.retry.RetryDecision;
import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * What a try's end means: for the breaker, for the endpoint, and whether there is another try.
 * Owned by one loop.
 *
 * <p>Another try needs all of: tries left, a condition that the service retries on, a request that
 * the service has not seen or may see twice, all of its body at hand, time, a place in the budget,
 * and the breaker's permit.
 */
final class Judgement {
  private static final int SERVER_ERROR = 500;
  private static final int TOO_MANY = 429;
  private static final int MOST_DOUBLINGS = 10;
  private static final long LONGEST_WAIT = 300;
  private static final long NANOS = 1_000_000_000L;

  /** An endpoint that takes longer to close had begun with the request, most likely. */
  private static final long CROSSING_NANOS = NANOS;

  private static final byte[] RETRY_AFTER =
      "retry-after".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final MeshLoop loop;
  private final Settlement settlement;
  private final Hedges hedges;
  private final RequestPath path;

  Judgement(MeshLoop loop, Settlement settlement, Hedges hedges, RequestPath path) {
    this.loop = loop;
    this.settlement = settlement;
    this.hedges = hedges;
    this.path = path;
  }

  /** A try has ended without an answer. */
  void failed(Exchange side, TryEnd how) {
    long now = loop.now();
    if (how == TryEnd.RESET && crossed(side, now)) {
      path.reconnect(side);
      return;
    }
    loop.timers.cancel(side.timer);
    settlement.closeUpstream(side);
    if (how != TryEnd.REFUSED && (how != TryEnd.RESET || !side.reused)) {
      // A server may close a connection that it has kept long enough: that says nothing about it.
      judge(side, true, true, now);
    }
    if (how == TryEnd.TIMED_OUT) {
      hedges.measure(side, now);
    }
    boolean late = how == TryEnd.TIMED_OUT && Deadline.passed(side.deadline, now);
    Reason reason = late ? Reason.DEADLINE : how.reason();
    if (!late && hedges.goesOn(side, 0, reason, now)) {
      return;
    }
    Exchange x = hedges.only(side, now);
    if (again(x, how.condition(), how == TryEnd.NOT_CONNECTED || how == TryEnd.REFUSED, now)) {
      tryAgain(x, 0, reason, now);
    } else {
      settlement.refuse(x, reason);
    }
  }

  /**
   * Whether a request and the end of its kept connection have crossed on their way, so that it can
   * be sent again on a new one: that says nothing about the endpoint, is no other try, and costs no
   * budget, for it happens at most once in a try.
   */
  private static boolean crossed(Exchange x, long now) {
    EndpointState endpoint = x.endpoint;
    Exchange whole = Pair.request(x);
    return x.reused
        && !x.plan().http2()
        && Admission.safe(whole)
        && (!whole.request.hasBody() || whole.holding)
        && now - x.tryStart < CROSSING_NANOS
        && endpoint != null
        && !endpoint.removed();
  }

  /** An injected error stands for an answer. */
  void aborted(Exchange side, int status) {
    long now = loop.now();
    loop.timers.cancel(side.timer);
    judge(side, status >= SERVER_ERROR, false, now);
    RetryOn condition = condition(status);
    boolean another = condition != null && wanted(side.policy(), condition);
    if (another && hedges.goesOn(side, status, Reason.FAULT_ABORT, now)) {
      return;
    }
    Exchange x = hedges.only(side, now);
    if (condition != null && again(x, condition, true, now)) {
      tryAgain(x, status, Reason.FAULT_ABORT, now);
    } else {
      settlement.refuse(x, Reason.FAULT_ABORT, status, "");
    }
  }

  /**
   * Whether an answer's head is none, for it is a failure, and another try is under way that may
   * bring something better. Its connection is to be given back, then {@link Hedges#goesOn} called.
   */
  boolean dismissed(Exchange side, int status, long now) {
    if (!Hedges.paired(side)) {
      return false;
    }
    int call = side.call.yes ? Grpc.status(side) : Grpc.NONE;
    RetryOn condition = call == Grpc.UNAVAILABLE ? RetryOn.UNAVAILABLE : condition(status);
    if (condition == null || !wanted(side.policy(), condition)) {
      return false;
    }
    judge(side, status >= SERVER_ERROR || Grpc.failure(call), true, now);
    return true;
  }

  /**
   * An answer's head has arrived.
   *
   * @return whether there is another try, for which {@link #tryAgain(Exchange)} is to be called
   */
  boolean answered(Exchange x, int status, long now) {
    if (x.call.deadline) {
      loop.timers.set(x.timer, x.deadline);
    } else {
      loop.timers.cancel(x.timer);
    }
    int call = x.call.yes ? Grpc.status(x) : Grpc.NONE;
    if (x.call.yes && call == Grpc.NONE && status < SERVER_ERROR) {
      // What becomes of the call is said in its trailers.
      return false;
    }
    x.call.status = call;
    judge(x, status >= SERVER_ERROR || Grpc.failure(call), true, now);
    RetryOn condition = call == Grpc.UNAVAILABLE ? RetryOn.UNAVAILABLE : condition(status);
    x.wait = status == TOO_MANY ? retryAfter(x.response.fields()) : 0;
    return condition != null && again(x, condition, false, now);
  }

  /** An answer is complete: a call of gRPC is judged by its trailers. */
  void ended(Exchange x) {
    if (x.call.yes && x.call.status == Grpc.NONE && x.entered) {
      x.call.status = Grpc.status(x);
      judge(x, Grpc.failure(x.call.status), true, loop.now());
    }
  }

  /** What Retry-After asks for, in nanoseconds; 0 when it says nothing, or a date. */
  private static long retryAfter(Fields fields) {
    for (int i = 0; i < fields.count(); i++) {
      if (fields.named(i, RETRY_AFTER)) {
        long seconds = Ascii.decimal(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
        return Math.clamp(seconds, 0, LONGEST_WAIT) * NANOS;
      }
    }
    return 0;
  }

  /**
   * The endpoint fails its health checks now, and may never answer: what can be tried elsewhere is.
   * Everything else is left alone, for it may be answered yet.
   */
  void endpointUnhealthy(Exchange x) {
    long now = loop.now();
    boolean elsewhere = x.theBalancer().another(x.tried, now);
    EndpointState left = x.endpoint;
    if (elsewhere && left != null && again(x, RetryOn.TIMEOUT, false, now)) {
      settlement.closeUpstream(x);
      left.onFailure(loop.index, now);
      tryAgain(x, 0, Reason.TRY_TIMEOUT, now);
    }
  }

  /** Goes on with another try after an answer, which has been thrown away. */
  void tryAgain(Exchange x) {
    tryAgain(x, x.response.status(), Reason.NONE, loop.now());
  }

  private static @Nullable RetryOn condition(int status) {
    return switch (status) {
      case 502 -> RetryOn.BAD_GATEWAY;
      case 503 -> RetryOn.UNAVAILABLE;
      case 504 -> RetryOn.GATEWAY_TIMEOUT;
      case TOO_MANY -> RetryOn.TOO_MANY_REQUESTS;
      default -> status >= SERVER_ERROR ? RetryOn.SERVER_ERROR : null;
    };
  }

  private void judge(Exchange x, boolean failure, boolean byEndpoint, long now) {
    Breaker breaker = x.theEdge().breaker();
    if (breaker != null && x.permit >= 0) {
      long took = now - x.tryStart;
      if (failure) {
        breaker.onFailure(loop.index, x.permit, took, now);
      } else {
        breaker.onSuccess(loop.index, x.permit, took, now);
      }
    }
    x.permit = -1;
    EndpointState endpoint = x.endpoint;
    if (endpoint == null || !byEndpoint) {
      return;
    }
    if (failure) {
      endpoint.onFailure(loop.index, now);
      x.theBalancer().stale();
    } else {
      endpoint.onSuccess(loop.index, now - x.tryStart, now);
    }
  }

  /** {@code server-error} stands for every 5xx. */
  private static boolean wanted(TryPolicy plan, RetryOn condition) {
    boolean any =
        switch (condition) {
          case BAD_GATEWAY, UNAVAILABLE, GATEWAY_TIMEOUT, SERVER_ERROR -> true;
          case CONNECT, RESET, TIMEOUT, TOO_MANY_REQUESTS -> false;
        };
    return plan.retryOn.contains(condition) || (any && plan.retryOn.contains(RetryOn.SERVER_ERROR));
  }

  private boolean again(Exchange x, RetryOn condition, boolean unseen, long now) {
    TryPolicy plan = x.policy();
    boolean allowed =
        x.tries < plan.attempts
            && wanted(plan, condition)
            && (unseen || Admission.safe(x))
            && (unseen || !x.request.hasBody() || x.holding)
            && Deadline.allows(x.deadline, backoff(x, false, now), now);
    RetryBudget budget = x.budget;
    if (!allowed || budget == null) {
      return false;
    }
    if (budget.tryRetry(loop.index, now) != RetryDecision.GRANTED) {
      x.budgetSpent = true;
      return false;
    }
    Breaker breaker = x.theEdge().breaker();
    long permit = breaker == null ? -1 : breaker.acquire(loop.index, now);
    if (breaker != null && permit < 0) {
      budget.onRetryDone(loop.index);
      return false;
    }
    settlement.release(x);
    x.permit = permit;
    x.retrying = true;
    return true;
  }

  private void tryAgain(Exchange x, int status, Reason reason, long now) {
    settlement.tellTry(x, x, status, reason, false, now);
    settlement.uncharge(x);
    x.response.reset();
    x.ticket++;
    long wait = backoff(x, true, now);
    if (wait > 0) {
      x.phase = Exchange.Phase.BACKOFF;
      loop.timers.set(x.timer, now + wait);
      return;
    }
    path.attempt(x);
    if (x.upstream != null) {
      x.upstream.flush();
    }
  }

  /** How long to wait: not at all for a first retry that goes to another endpoint. */
  private long backoff(Exchange x, boolean jitter, long now) {
    if (x.wait == 0 && x.tries == 1 && x.theBalancer().another(x.tried, now)) {
      return 0;
    }
    long wait = x.policy().backoffNanos << Math.min(x.tries - 1, MOST_DOUBLINGS);
    return x.wait + (jitter ? wait / 2 + (wait == 0 ? 0 : loop.random.nextLong(wait)) : wait);
  }
}
