package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RouteRules;
import io.mamparo.mesh.defend.Edge;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.Gate;
import io.mamparo.resilience.breaker.Breaker;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * How a request ends: everything it holds is given back, it is told to the listener, and the
 * client's connection goes on or ends. Owned by one loop.
 */
final class Settlement {
  private final MeshLoop loop;

  Settlement(MeshLoop loop) {
    this.loop = loop;
  }

  /** Answers in the service's place; false, as the stage that refuses has to say. */
  boolean refuse(Exchange x, Reason reason) {
    return refuse(x, reason, reason.status(), "");
  }

  boolean refuse(Exchange x, Reason reason, int status, String detail) {
    closeUpstream(x);
    x.status = status;
    x.reason = reason;
    boolean keep =
        x.requestDone
            && x.request.keepAlive()
            && reason != Reason.BAD_REQUEST
            && reason != Reason.HEAD_TIMEOUT
            && !loop.closing;
    Downstream client = x.client();
    OwnAnswer.write(x, keep, detail);
    finish(x);
    client.answered(keep);
    return false;
  }

  /** Sends the client elsewhere; false, as the stage that does so has to say. */
  boolean redirect(Exchange x, RouteRules.@Nullable Redirect how, String location) {
    x.status = how == null ? 308 : how.status();
    boolean keep = x.requestDone && x.request.keepAlive() && !loop.closing;
    Downstream client = x.client();
    OwnAnswer.redirect(x, keep, location);
    finish(x);
    client.answered(keep);
    return false;
  }

  /** Ends a request that may have been answered in part already. */
  void giveUp(Exchange x, Reason reason, int status, String detail) {
    if (x.unanswered()) {
      Downstream client = x.client();
      refuse(x, reason, status, detail);
      client.flush();
    } else {
      cut(x, reason);
    }
  }

  /** The caller's time is over within the answer. */
  void expire(Exchange x) {
    if (x.call.yes && x.request.http2()) {
      closeUpstream(x);
      x.reason = Reason.DEADLINE;
      x.call.status = Grpc.DEADLINE_EXCEEDED;
      Downstream client = x.client();
      client.expired();
      finish(x);
      client.answered(false);
      client.flush();
    } else {
      cut(x, Reason.DEADLINE);
    }
  }

  /** Ends an answer before its end, so that the client notices. */
  void cut(Exchange x, Reason reason) {
    closeUpstream(x);
    x.reason = reason;
    Downstream client = x.client();
    finish(x);
    client.abort();
  }

  /** The client has gone. What it asked for is called off. */
  void gone(Exchange x) {
    closeUpstream(x);
    if (x.phase == Exchange.Phase.READING) {
      x.told = true;
    }
    if (x.unanswered()) {
      x.status = Reason.CLIENT_GONE.status();
    }
    x.reason = Reason.CLIENT_GONE;
    finish(x);
  }

  /** The answer's last byte is on its way. */
  void complete(Exchange x) {
    Downstream client = x.client();
    boolean keep = !x.last;
    finish(x);
    client.answered(keep);
  }

  /** The connection is no longer HTTP; the request has ended with that. */
  void tell(Exchange x) {
    x.endNanos = loop.now();
    x.told = true;
    loop.listener.onRequest(x.record);
  }

  /** Gives everything back. The exchange is another request's after that. */
  void finish(Exchange x) {
    loop.timers.cancel(x.timer);
    loop.timers.cancel(x.pair.timer);
    callOff(x);
    release(x);
    if (x.entered) {
      leaveGate(x);
      loop.listener.onLeave(x.record);
      Edge edge = x.theEdge();
      edge.inFlight().add(loop.index, -1);
      edge.requests().add(loop.index, 1);
      if (x.budget != null) {
        x.budget.onRequestDone(loop.index);
      }
      if (x.pair.budget != null) {
        x.pair.budget.onRequestDone(loop.index);
      }
    }
    if (!x.told) {
      tell(x);
    }
    if (x.mirrored) {
      loop.mirror.copy(x);
    }
    dropHeld(x);
    loop.giveBack(x);
  }

  /** Gives back its place; how long the service took says how many it can bear. */
  private void leaveGate(Exchange x) {
    Gate gate = x.gate;
    if (gate != null) {
      x.gate = null;
      boolean dropped = x.reason == Reason.DEADLINE || x.reason == Reason.TRY_TIMEOUT;
      gate.leave(loop.index, x.firstByte, dropped, loop.now());
    }
  }

  /**
   * A try has ended and another one follows, or is under way.
   *
   * @param side the try: the request's own, or its hedge
   * @param status what it was answered; 0 for nothing
   */
  void tellTry(Exchange x, Exchange side, int status, Reason reason, boolean calledOff, long now) {
    x.status = status;
    x.reason = reason;
    x.endNanos = now;
    loop.listener.onTry(x.record.of(side, calledOff));
    x.record.ofRequest();
    x.status = 0;
    x.reason = Reason.NONE;
  }

  /** The request is over, or answered: its hedge is called off, and no longer charged. */
  void callOff(Exchange x) {
    Exchange h = x.pair.hedge;
    if (h != null) {
      x.pair.hedge = null;
      closeUpstream(h);
      drop(h);
    }
    uncharge(x);
  }

  /** The hedge that the budgets have granted has ended. */
  void uncharge(Exchange x) {
    if (x.pair.charged && x.pair.budget != null && x.budget != null) {
      x.pair.charged = false;
      x.pair.budget.onRetryDone(loop.index);
      x.budget.onRetryDone(loop.index);
    }
  }

  /** Gives back a hedge, whose connection is closed or another's. */
  void drop(Exchange h) {
    loop.timers.cancel(h.timer);
    release(h);
    loop.giveBack(h);
  }

  /** Gives back what a try holds. */
  void release(Exchange x) {
    EndpointState endpoint = x.endpoint;
    if (x.counting && endpoint != null) {
      x.counting = false;
      endpoint.inFlight().add(loop.index, -1);
    }
    if (x.permit >= 0) {
      Breaker breaker = x.theEdge().breaker();
      if (breaker != null) {
        breaker.onIgnored(loop.index, x.permit, loop.now());
      }
      x.permit = -1;
    }
    if (x.retrying && x.budget != null) {
      x.retrying = false;
      x.budget.onRetryDone(loop.index);
    }
  }

  void closeUpstream(Exchange x) {
    Upstream c = x.upstream;
    if (c != null) {
      x.upstream = null;
      c.close();
    }
  }

  static void dropHeld(Exchange x) {
    ByteBuf held = x.held;
    if (held != null) {
      x.held = null;
      held.release();
    }
  }
}
