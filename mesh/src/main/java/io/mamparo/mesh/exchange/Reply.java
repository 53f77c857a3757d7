package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.choose.Route;
import io.mamparo.wire.http.Method;
import io.mamparo.wire.http.Progress;
import io.mamparo.wire.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The way of an answer, from the endpoint's bytes to the client's. Owned by one loop. What an
 * endpoint of HTTP/1.1 sends is parsed here; a stream of HTTP/2 says what it means.
 */
final class Reply {
  private static final int SWITCHING = 101;

  private final MeshLoop loop;
  private final Settlement settlement;
  private final Judgement judgement;
  private final Hedges hedges;

  Reply(MeshLoop loop, Settlement settlement, Judgement judgement, Hedges hedges) {
    this.loop = loop;
    this.settlement = settlement;
    this.judgement = judgement;
    this.hedges = hedges;
  }

  /** Some of an answer has arrived. Owns {@code in}. */
  void data(Exchange x, UpstreamConnection c, ByteBuf in) {
    switch (x.phase) {
      case SENT -> head(x, c, in);
      case RESPONDING -> body(x, c, in);
      case TUNNEL -> pass(x, c, in);
      case IDLE, READING, ADMITTING, BACKOFF, DELAYED, CONNECTING -> {
        in.release();
        c.close();
      }
    }
  }

  private void head(Exchange x, UpstreamConnection c, ByteBuf in) {
    ResponseHead head = x.response;
    boolean whole = head.empty();
    int start = in.readerIndex();
    Progress progress = head.feed(in, loop.plan.heads);
    while (progress == Progress.DONE && head.interim()) {
      if (x.pair.of == null) {
        x.client().interim(x);
      }
      head.reset();
      whole = true;
      start = in.readerIndex();
      progress = head.feed(in, loop.plan.heads);
    }
    switch (progress) {
      case MORE -> in.release();
      case REFUSED -> {
        in.release();
        judgement.failed(x, TryEnd.MALFORMED);
      }
      case DONE -> whole(x, c, in, whole ? start : -1);
    }
  }

  /** A head is complete; it begins at {@code start} of this buffer, or -1 if in an earlier one. */
  private void whole(Exchange side, UpstreamConnection c, ByteBuf in, int start) {
    int status = side.response.status();
    if (status == SWITCHING && !side.request.upgrade()) {
      in.release();
      judgement.failed(side, TryEnd.MALFORMED);
      return;
    }
    long now = loop.now();
    boolean toHead = Pair.request(side).request.method() == Method.HEAD;
    side.response.startBody(side.responseBody, toHead, side.responseTrailer);
    if (judgement.dismissed(side, status, now)) {
      throwAway(side, c, in);
      hedges.goesOn(side, status, Reason.NONE, now);
      return;
    }
    Exchange x = hedges.answeredBy(side, status, now);
    if (judgement.answered(x, status, now)) {
      throwAway(x, c, in);
      judgement.tryAgain(x);
      return;
    }
    x.firstByte = now - x.startNanos;
    x.status = status;
    edit(x);
    if (status == SWITCHING) {
      upgrade(x, c, in);
      return;
    }
    x.phase = Exchange.Phase.RESPONDING;
    x.bodiless = x.responseBody.done();
    Downstream client = x.client();
    x.unchunk = x.responseBody.chunked() && client.plain(x);
    x.last = client.last(x);
    headAndBody(x, c, in, client.head(x, in, start));
  }

  /** The head of an answer has arrived on a stream; it is in the exchange. */
  void streamHead(Exchange side, UpstreamStream stream, boolean end) {
    long now = loop.now();
    int status = side.response.status();
    if (judgement.dismissed(side, status, now)) {
      side.upstream = null;
      stream.close();
      hedges.goesOn(side, status, Reason.NONE, now);
      return;
    }
    Exchange x = hedges.answeredBy(side, status, now);
    if (judgement.answered(x, status, now)) {
      x.upstream = null;
      stream.close();
      judgement.tryAgain(x);
      return;
    }
    x.firstByte = now - x.startNanos;
    x.status = status;
    edit(x);
    x.phase = Exchange.Phase.RESPONDING;
    x.bodiless = end;
    Downstream client = x.client();
    boolean unknown = !end && x.response.contentLength() < 0;
    x.chunk = unknown && !client.plain(x);
    if (unknown && !x.chunk) {
      x.responseBody.startUntilClose();
    } else {
      x.responseBody.startLength(0);
    }
    x.last = client.last(x);
    client.head(x, Unpooled.EMPTY_BUFFER, -1);
    if (end) {
      streamEnd(x, stream);
    }
  }

  /** A part of an answer has arrived on a stream. Owns {@code part}. */
  void streamData(Exchange x, UpstreamStream stream, ByteBuf part, boolean end) {
    if (x.responseTrailer.refused()) {
      part.release();
      settlement.cut(x, Reason.BAD_RESPONSE);
      return;
    }
    Downstream client = x.client();
    x.responseBytes += part.readableBytes();
    client.data(x, part, end);
    if (end) {
      streamEnd(x, stream);
    } else {
      throttle(stream, client);
    }
  }

  private void streamEnd(Exchange x, UpstreamStream stream) {
    x.upstream = null;
    stream.leave();
    judgement.ended(x);
    settlement.complete(x);
  }

  /** A stream has ended before its time. */
  void streamLost(Exchange x, TryEnd how) {
    x.upstream = null;
    switch (x.phase) {
      case SENT -> judgement.failed(x, how);
      case RESPONDING -> settlement.cut(x, Reason.RESPONSE_CUT);
      case IDLE, READING, ADMITTING, BACKOFF, DELAYED, CONNECTING, TUNNEL -> {}
    }
  }

  /** What the route changes of an answer's fields. */
  private static void edit(Exchange x) {
    Route rule = x.rule;
    if (rule != null && rule.responseChanges != null) {
      rule.responseChanges.apply(x.response.fields());
    }
    if (x.issuedBy != null) {
      x.issuedBy.issue(x.issued, x.response.fields());
    }
  }

  /** Takes an answer that the client is not to see; keeps the connection if that was all of it. */
  private void throwAway(Exchange x, UpstreamConnection c, ByteBuf in) {
    boolean all = x.responseBody.take(in, null) == in.readableBytes() && x.responseBody.done();
    in.release();
    leave(x, c, all);
  }

  private void leave(Exchange x, UpstreamConnection c, boolean clean) {
    x.upstream = null;
    if (clean && x.requestDone && x.response.keepAlive()) {
      c.detach();
      c.pool.giveBack(c, loop.now());
    } else {
      c.close();
    }
  }

  /** Sends a body that has {@code head} bytes of head right before it. */
  private void headAndBody(Exchange x, UpstreamConnection c, ByteBuf in, int head) {
    if (x.unchunk) {
      unchunked(x, c, in);
      return;
    }
    int n = x.responseBody.take(in, null);
    boolean all = n == in.readableBytes();
    in.readerIndex(in.readerIndex() - head);
    send(x, c, in, head + n, all);
  }

  private void body(Exchange x, UpstreamConnection c, ByteBuf in) {
    headAndBody(x, c, in, 0);
  }

  /** Sends {@code n} bytes, and settles when the answer is complete. */
  private void send(Exchange x, UpstreamConnection c, ByteBuf in, int n, boolean all) {
    if (x.responseBody.refusal() != null || x.responseTrailer.refused()) {
      in.release();
      settlement.cut(x, Reason.BAD_RESPONSE);
      return;
    }
    Downstream client = x.client();
    boolean end = x.responseBody.done();
    x.responseBytes += n;
    if (all) {
      client.data(x, in, end);
    } else {
      client.data(x, in.readRetainedSlice(n), end);
      in.release();
    }
    after(x, c, client, all);
  }

  private void unchunked(Exchange x, UpstreamConnection c, ByteBuf in) {
    ByteBuf data = loop.alloc.directBuffer(in.readableBytes() + 1);
    boolean all = x.responseBody.take(in, data) == in.readableBytes();
    in.release();
    if (!data.isReadable() && !x.responseBody.done() && x.responseBody.refusal() == null) {
      data.release();
      return;
    }
    send(x, c, data, data.readableBytes(), all);
  }

  private void after(Exchange x, UpstreamConnection c, Downstream client, boolean all) {
    if (x.responseBody.done()) {
      leave(x, c, all);
      judgement.ended(x);
      settlement.complete(x);
    } else {
      throttle(c, client);
    }
  }

  private static void throttle(Upstream c, Downstream client) {
    if (!client.writable()) {
      client.flush();
      c.reading(client.writable());
    }
  }

  private void upgrade(Exchange x, UpstreamConnection c, ByteBuf in) {
    x.phase = Exchange.Phase.TUNNEL;
    x.last = true;
    loop.answers.upgrade(x, x.client());
    settlement.tell(x);
    pass(x, c, in);
    x.client().openTunnel();
  }

  /** Bytes of another protocol. */
  private static void pass(Exchange x, UpstreamConnection c, ByteBuf in) {
    if (!in.isReadable()) {
      in.release();
      return;
    }
    Downstream client = x.client();
    client.pass(in);
    throttle(c, client);
  }

  /** The endpoint has closed the connection, which is no longer the exchange's. */
  void closed(Exchange x) {
    x.upstream = null;
    switch (x.phase) {
      case SENT -> judgement.failed(x, x.response.empty() ? TryEnd.RESET : TryEnd.MALFORMED);
      case RESPONDING -> {
        if (x.responseBody.untilClose()) {
          x.client().data(x, Unpooled.EMPTY_BUFFER, true);
          settlement.complete(x);
        } else {
          settlement.cut(x, Reason.RESPONSE_CUT);
        }
      }
      case TUNNEL -> settlement.complete(x);
      case IDLE, READING, ADMITTING, BACKOFF, DELAYED, CONNECTING -> {}
    }
  }
}
