package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.choose.Route;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.Method;
import io.mamparo.wire.http.Progress;
import io.mamparo.wire.http.ResponseHead;
import io.netty.buffer.ByteBuf;

/**
 * The way of an answer, from the endpoint's bytes to the client's. Owned by one loop.
 *
 * <p>An answer usually arrives in one buffer and loses a field or two on its way. Its head is then
 * written anew in place, right before the body, and the buffer goes out as it came in.
 */
final class Reply {
  private static final long HOP =
      Field.set(
          Field.CONNECTION,
          Field.KEEP_ALIVE,
          Field.PROXY_CONNECTION,
          Field.UPGRADE,
          Field.NOMINATED);
  private static final long LENGTHS = Field.set(Field.CONTENT_LENGTH, Field.TRANSFER_ENCODING);
  private static final long UPGRADED = Field.set(Field.KEEP_ALIVE, Field.PROXY_CONNECTION);
  private static final int VERSION = 8;
  private static final byte[] HTTP_1_1 = "HTTP/1.1".getBytes(US_ASCII);
  private static final byte[] CLOSE = "connection: close\r\n".getBytes(US_ASCII);
  private static final byte[] KEEP = "connection: keep-alive\r\n".getBytes(US_ASCII);
  private static final byte[] CRLF = {'\r', '\n'};
  private static final int NO_CONTENT = 204;
  private static final int SWITCHING = 101;

  private final MeshLoop loop;
  private final Settlement settlement;
  private final Judgement judgement;

  Reply(MeshLoop loop, Settlement settlement, Judgement judgement) {
    this.loop = loop;
    this.settlement = settlement;
    this.judgement = judgement;
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
      interim(x);
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
  private void whole(Exchange x, UpstreamConnection c, ByteBuf in, int start) {
    int status = x.response.status();
    if (status == SWITCHING && !x.request.upgrade()) {
      in.release();
      judgement.failed(x, TryEnd.MALFORMED);
      return;
    }
    long now = loop.now();
    x.response.startBody(x.responseBody, x.request.method() == Method.HEAD);
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
    boolean body = x.response.chunked() && !x.responseBody.done();
    x.unchunk = body && x.request.minor() == 0;
    x.last =
        !x.requestDone
            || !x.request.keepAlive()
            || loop.closing
            || x.unchunk
            || x.responseBody.untilClose()
            || loop.plan.entry(x.client().slot()) == null;
    writeHead(x, c, in, start);
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

  private void writeHead(Exchange x, UpstreamConnection c, ByteBuf in, int start) {
    Fields fields = x.response.fields();
    long dropped = HOP;
    dropped |= x.status == NO_CONTENT ? LENGTHS : 0;
    dropped |= x.unchunk ? Field.TRANSFER_ENCODING.bit() : 0;
    boolean same = !x.last && x.request.minor() == 1 && x.response.minor() == 1;
    if (start >= 0 && same && !fields.edited() && !fields.hasAny(dropped)) {
      in.readerIndex(start);
      headAndBody(x, c, in, x.response.length());
      return;
    }
    HeadWriter out = compose(x, dropped);
    if (start >= 0 && !x.unchunk && out.length() <= x.response.length()) {
      in.readerIndex(in.readerIndex() - out.length());
      out.to(in, in.readerIndex());
      headAndBody(x, c, in, out.length());
      return;
    }
    ByteBuf head = loop.alloc.directBuffer(out.length());
    out.to(head);
    x.responseBytes += out.length();
    x.client().write(head);
    body(x, c, in);
  }

  private HeadWriter compose(Exchange x, long dropped) {
    ResponseHead head = x.response;
    Fields fields = head.fields();
    int statusEnd = fields.count() > 0 ? fields.lineStart(0) : fields.end();
    HeadWriter out = loop.writer.reset();
    out.add(HTTP_1_1).add(head.bytes(), VERSION, statusEnd).fields(fields, dropped);
    if (x.last) {
      out.add(CLOSE);
    } else if (x.request.minor() == 0) {
      out.add(KEEP);
    }
    return out.add(CRLF);
  }

  /** Sends a buffer that begins with {@code head} bytes of head. */
  private void headAndBody(Exchange x, UpstreamConnection c, ByteBuf in, int head) {
    int start = in.readerIndex();
    in.readerIndex(start + head);
    int n = x.responseBody.take(in, null);
    boolean all = n == in.readableBytes();
    in.readerIndex(start);
    send(x, c, in, head + n, all);
  }

  private void body(Exchange x, UpstreamConnection c, ByteBuf in) {
    if (x.unchunk) {
      unchunked(x, c, in);
      return;
    }
    int n = x.responseBody.take(in, null);
    send(x, c, in, n, n == in.readableBytes());
  }

  /** Sends {@code n} bytes, and settles when the answer is complete. */
  private void send(Exchange x, UpstreamConnection c, ByteBuf in, int n, boolean all) {
    if (x.responseBody.refusal() != null) {
      in.release();
      settlement.cut(x, Reason.BAD_RESPONSE);
      return;
    }
    ClientConnection client = x.client();
    x.responseBytes += n;
    if (n == 0) {
      in.release();
    } else if (all) {
      client.write(in);
    } else {
      client.write(in.readRetainedSlice(n));
      in.release();
    }
    after(x, c, client, all);
  }

  private void unchunked(Exchange x, UpstreamConnection c, ByteBuf in) {
    ByteBuf data = loop.alloc.directBuffer(in.readableBytes() + 1);
    boolean all = x.responseBody.take(in, data) == in.readableBytes();
    in.release();
    send(x, c, data, data.readableBytes(), all);
  }

  private void after(Exchange x, UpstreamConnection c, ClientConnection client, boolean all) {
    if (x.responseBody.done()) {
      leave(x, c, all);
      settlement.complete(x);
    } else {
      throttle(c, client);
    }
  }

  private static void throttle(UpstreamConnection c, ClientConnection client) {
    if (!client.writable()) {
      client.flush();
      c.reading(client.writable());
    }
  }

  /** 100, 103 and the like, which HTTP/1.0 does not know. */
  private void interim(Exchange x) {
    if (x.request.minor() == 0) {
      return;
    }
    HeadWriter out = loop.writer.reset();
    ResponseHead head = x.response;
    Fields fields = head.fields();
    int statusEnd = fields.count() > 0 ? fields.lineStart(0) : fields.end();
    out.add(HTTP_1_1).add(head.bytes(), VERSION, statusEnd);
    out.fields(fields, HOP | LENGTHS).add(CRLF);
    ByteBuf buffer = loop.alloc.directBuffer(out.length());
    out.to(buffer);
    x.responseBytes += out.length();
    x.client().write(buffer);
    x.client().flush();
  }

  private void upgrade(Exchange x, UpstreamConnection c, ByteBuf in) {
    HeadWriter out = loop.writer.reset();
    ResponseHead head = x.response;
    out.add(
        head.bytes(),
        0,
        head.fields().count() > 0 ? head.fields().lineStart(0) : head.fields().end());
    out.fields(head.fields(), UPGRADED).add(CRLF);
    ByteBuf buffer = loop.alloc.directBuffer(out.length());
    out.to(buffer);
    x.responseBytes += out.length();
    x.phase = Exchange.Phase.TUNNEL;
    x.last = true;
    x.client().write(buffer);
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
    ClientConnection client = x.client();
    client.write(in);
    throttle(c, client);
  }

  /** The endpoint has closed the connection, which is no longer the exchange's. */
  void closed(Exchange x) {
    x.upstream = null;
    switch (x.phase) {
      case SENT -> judgement.failed(x, x.response.empty() ? TryEnd.RESET : TryEnd.MALFORMED);
      case RESPONDING -> {
        if (x.responseBody.untilClose()) {
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
