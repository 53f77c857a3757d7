package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.defend.Balancer;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.ServicePlan;
import io.mamparo.wire.http.Refusal;
import io.netty.buffer.ByteBuf;

/**
 * The way of a request, composed here and nowhere else: a line a stage, in order. Owned by one
 * loop.
 *
 * <p>A stage returns true when the request goes on, and false when it does not: then it has been
 * answered, or waits for something that calls back here.
 */
final class RequestPath {
  private final Admission admission;
  private final Attempt attempt;
  private final Reply reply;
  private final Judgement judgement;
  private final Settlement settlement;
  private final Hedges hedges;

  RequestPath(MeshLoop loop) {
    settlement = new Settlement(loop);
    admission = new Admission(loop, settlement);
    attempt = new Attempt(loop, settlement, this);
    hedges = new Hedges(loop, settlement, attempt);
    judgement = new Judgement(loop, settlement, hedges, this);
    reply = new Reply(loop, settlement, judgement, hedges);
  }

  /** A head has arrived: from the request to its first try. */
  void begin(Exchange x) {
    boolean admitted =
        admission.clock(x)
            && admission.trace(x)
            && admission.route(x)
            && admission.token(x)
            && admission.access(x)
            && admission.limit(x)
            && admission.deadline(x)
            && admission.bulkhead(x);
    if (admitted) {
      attempt(x);
    }
  }

  /** One try, the first or another one. */
  void attempt(Exchange x) {
    boolean ready =
        attempt.breaker(x)
            && attempt.balance(x)
            && attempt.clock(x)
            && attempt.fault(x)
            && attempt.connection(x);
    if (ready) {
      attempt.send(x);
    }
  }

  /** An injected delay is over. */
  void afterDelay(Exchange x) {
    if (attempt.connection(x)) {
      attempt.send(x);
    }
  }

  /** A connection that was being made is there, and the exchange's. */
  void connected(Exchange x) {
    attempt.send(x);
    flush(x);
  }

  /** The same try, on a connection that nobody has used before. */
  void reconnect(Exchange x) {
    attempt.reconnect(x);
  }

  /** A part of the request's body has arrived. Owns {@code part}. */
  void requestData(Exchange x, ByteBuf part, boolean done) {
    attempt.data(x, part, done);
  }

  /** A part of the answer has arrived. Owns {@code in}. */
  void upstreamData(Exchange x, UpstreamConnection c, ByteBuf in) {
    reply.data(x, c, in);
  }

  /** The head of an answer has arrived on a stream. */
  void streamHead(Exchange x, UpstreamStream stream, boolean end) {
    reply.streamHead(x, stream, end);
  }

  /** A part of an answer has arrived on a stream. Owns {@code part}. */
  void streamData(Exchange x, UpstreamStream stream, ByteBuf part, boolean end) {
    reply.streamData(x, stream, part, end);
  }

  /** A stream has ended before its time. */
  void streamLost(Exchange x, TryEnd how) {
    reply.streamLost(x, how);
  }

  /** The endpoint has closed the connection. */
  void upstreamClosed(Exchange x) {
    reply.closed(x);
  }

  /** A try has ended without an answer. */
  void failed(Exchange x, TryEnd how) {
    judgement.failed(x, how);
  }

  /** The endpoint's place is taken by an injected error. */
  void aborted(Exchange x, int status) {
    judgement.aborted(x, status);
  }

  /** Its first try has not been answered for some time. */
  void hedge(Exchange x, long now) {
    hedges.due(x, now);
  }

  /** Something took too long. */
  void ring(Exchange x, long now) {
    switch (x.phase) {
      case BACKOFF -> {
        attempt(x);
        flush(x);
      }
      case DELAYED -> {
        if (now - x.tryDeadline >= 0) {
          timedOut(x);
        } else {
          afterDelay(x);
          flush(x);
        }
      }
      case CONNECTING, SENT -> timedOut(x);
      case RESPONDING -> settlement.expire(x);
      case IDLE, READING, ADMITTING, TUNNEL -> {}
    }
  }

  private void timedOut(Exchange x) {
    Downstream client = x.client();
    judgement.failed(x, TryEnd.TIMED_OUT);
    client.flush();
  }

  static void flush(Exchange x) {
    if (x.upstream != null) {
      x.upstream.flush();
    }
    if (x.client != null) {
      x.client.flush();
    }
  }

  /**
   * The plan has changed under a request. One whose endpoint has just failed is tried elsewhere.
   */
  void planChanged(Exchange x, ServicePlan now, Balancer balancer) {
    EndpointState at = x.endpoint;
    boolean waits = x.phase == Exchange.Phase.SENT && x.pair.hedge == null;
    if (!waits || at == null || !now.turnedUnhealthy(x.plan(), at)) {
      return;
    }
    x.service = now;
    x.balancer = balancer;
    x.tried = now.bit(at);
    judgement.endpointUnhealthy(x);
  }

  /** What the client sent is no request. */
  void badRequest(Exchange x, Refusal refusal) {
    admission.clock(x);
    admission.trace(x);
    settlement.refuse(x, Reason.BAD_REQUEST, refusal.status(), refusal.what());
  }

  /** What the client sent is no request, and is refused without an answer. */
  void malformed(Exchange x) {
    admission.clock(x);
    admission.trace(x);
    x.status = Reason.BAD_REQUEST.status();
    x.reason = Reason.BAD_REQUEST;
    settlement.finish(x);
  }

  /** The body's chunks are malformed. */
  void badBody(Exchange x, Refusal refusal) {
    settlement.giveUp(x, Reason.BAD_REQUEST, refusal.status(), refusal.what());
  }

  /** The head does not come. */
  void headTimeout(Exchange x) {
    admission.clock(x);
    Downstream client = x.client();
    settlement.refuse(x, Reason.HEAD_TIMEOUT);
    client.flush();
  }

  /** The body stands still, or the client does not read. */
  void bodyTimeout(Exchange x) {
    settlement.giveUp(x, Reason.BODY_TIMEOUT, Reason.BODY_TIMEOUT.status(), "");
  }

  /** The client has closed its connection. */
  void clientGone(Exchange x) {
    settlement.gone(x);
  }
}
