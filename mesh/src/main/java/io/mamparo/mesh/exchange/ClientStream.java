package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.Refusal;
import io.mamparo.wire.http.RequestFields;
import io.mamparo.wire.http2.Block;
import io.mamparo.wire.http2.Bound;
import io.mamparo.wire.http2.ErrorCode;
import io.mamparo.wire.http2.FieldSink;
import io.mamparo.wire.http2.HpackEncoder;
import io.mamparo.wire.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * One request that came in through HTTP/2. Owned by the loop of its connection, which uses it again
 * for another request once both the stream and the exchange have ended.
 */
final class ClientStream extends Http2Stream implements Downstream, FieldSink {
  private static final int BAD_REQUEST = 400;
  private static final int TOO_LARGE = 431;
  private static final byte[] CONNECTION = Field.CONNECTION.lower();
  private static final int STATUS = 9;
  private static final byte[] EXPIRED =
      "grpc-status: 4\r\ngrpc-message: the deadline has passed\r\n".getBytes(US_ASCII);

  private final MeshLoop loop;
  private final ClientStreams on;
  private final RequestFields head = new RequestFields();
  private @Nullable Exchange exchange;

  /** Whether the head was the last that was sent. */
  private boolean headWasAll;

  /** When anything last moved, for streams that stand still. */
  private long lastMoved;

  ClientStream(MeshLoop loop, ClientStreams on) {
    this.loop = loop;
    this.on = on;
  }

  /** What is under way. */
  @Nullable Exchange exchange() {
    return exchange;
  }

  // What the client sends.

  @Override
  protected FieldSink fields() {
    if (!headSeen()) {
      Exchange x = loop.borrow();
      x.begin(this);
      exchange = x;
      headWasAll = false;
      head.begin(x.request, loop.plan.heads);
    }
    return this;
  }

  @Override
  public void field(byte[] bytes, int at, int name, int value, Field known, boolean sound) {
    if (!headSeen()) {
      head.field(bytes, at, name, value, known, sound);
    } else if (exchange != null) {
      exchange.requestTrailer.field(bytes, at, name, value, known, sound);
    }
  }

  @Override
  protected void fieldsDone(boolean end) {
    Exchange x = exchange;
    if (x == null) {
      return;
    }
    lastMoved = loop.now();
    on.touched(this);
    if (x.phase != Exchange.Phase.READING) {
      trailers(x);
      return;
    }
    Refusal wrong = head.done(end);
    x.requestDone = end;
    if (wrong == null) {
      expect(x.request.contentLength());
      loop.path.begin(x);
    } else if (wrong.status() == BAD_REQUEST) {
      exchange = null;
      loop.path.malformed(x);
      violated();
    } else {
      if (wrong.status() == TOO_LARGE) {
        on.reached(Bound.HEAD);
      }
      loop.path.badRequest(x, wrong);
    }
  }

  private void trailers(Exchange x) {
    if (x.requestTrailer.refused()) {
      violated();
    } else {
      loop.path.requestData(x, Unpooled.EMPTY_BUFFER, true);
    }
  }

  @Override
  protected void data(ByteBuf part, boolean end) {
    Exchange x = exchange;
    if (x == null || (!part.isReadable() && !end)) {
      part.release();
      return;
    }
    lastMoved = loop.now();
    on.touched(this);
    loop.path.requestData(x, part, end);
  }

  @Override
  protected void wasReset(ErrorCode code) {
    lost();
  }

  @Override
  protected void lost() {
    Exchange x = exchange;
    if (x != null) {
      exchange = null;
      loop.path.clientGone(x);
      on.spare(this);
    }
  }

  @Override
  protected void writableAgain() {
    lastMoved = loop.now();
    Exchange x = exchange;
    if (x != null && x.upstream != null) {
      x.upstream.reading(true);
      x.upstream.flush();
    }
  }

  /** Ends the stream when its body, or the reading of its answer, has stood still since then. */
  void endIfStill(long since, long now) {
    boolean still = !theirsDone() || !writable();
    if (!still) {
      lastMoved = now;
    }
    if (lastMoved - since >= 0) {
      return;
    }
    Exchange x = exchange;
    if (x != null) {
      loop.path.bodyTimeout(x);
    } else {
      cancel(ErrorCode.CANCEL);
    }
  }

  // What the mesh answers.

  @Override
  public int slot() {
    return on.slot();
  }

  @Override
  public ClientAddress from() {
    return on.from();
  }

  @Override
  public boolean secure() {
    return on.secure();
  }

  @Override
  public void flush() {
    on.flushSoon();
  }

  @Override
  public boolean plain(Exchange x) {
    return true;
  }

  @Override
  public boolean last(Exchange x) {
    return false;
  }

  private Block begin(int status) {
    Block block = loop.buffers.block;
    HpackEncoder encoder = on.encoder();
    encoder.begin(block);
    encoder.status(block, status);
    return block;
  }

  private void send(int status, HeadWriter lines, boolean end) {
    if (alive()) {
      Block block = begin(status);
      on.encoder().lines(block, lines.array(), 0, lines.length());
      send(block, end);
    }
  }

  @Override
  public void interim(Exchange x) {
    send(x.response.status(), loop.answers.lines(x), false);
    flush();
  }

  @Override
  public int head(Exchange x, ByteBuf in, int start) {
    headWasAll = x.bodiless && x.responseTrailer.empty();
    HeadWriter lines = loop.answers.lines(x);
    x.responseBytes += lines.length();
    send(x.status, lines, headWasAll);
    return 0;
  }

  @Override
  public void data(Exchange x, ByteBuf part, boolean end) {
    boolean trailers = end && !x.responseTrailer.empty();
    if (headWasAll || (!part.isReadable() && (!end || trailers))) {
      part.release();
    } else {
      send(part, end && !trailers);
    }
    if (trailers) {
      sendTrailers(x.responseTrailer.bytes(), 0, x.responseTrailer.length());
    }
  }

  @Override
  public void own(byte[] answer) {
    if (!alive()) {
      return;
    }
    HeadWriter lines = loop.writer.reset();
    int from = after(answer, 0);
    for (int to = after(answer, from); to - from > 2; to = after(answer, from)) {
      boolean hop = Ascii.same(answer, from, from + CONNECTION.length, CONNECTION);
      if (!hop) {
        lines.add(answer, from, to);
      }
      from = to;
    }
    int body = from + 2;
    int status = (int) Ascii.decimal(answer, STATUS, STATUS + 3);
    send(status, lines, body == answer.length);
    if (body < answer.length) {
      ByteBuf out = loop.alloc.directBuffer(answer.length - body);
      send(out.writeBytes(answer, body, answer.length - body), true);
    }
  }

  /** Where the line after the one from {@code from} begins. */
  private static int after(byte[] text, int from) {
    int i = from;
    while (text[i] != '\n') {
      i++;
    }
    return i + 1;
  }

  @Override
  public void pass(ByteBuf bytes) {
    send(bytes, false);
  }

  @Override
  public void openTunnel() {
    throw new IllegalStateException("HTTP/2 has no upgrade");
  }

  @Override
  public void answered(boolean keep) {
    exchange = null;
    if (!alive()) {
      on.spare(this);
    }
  }

  @Override
  public void expired() {
    sendTrailers(EXPIRED, 0, EXPIRED.length);
  }

  @Override
  public void abort() {
    exchange = null;
    if (alive()) {
      cancel(ErrorCode.INTERNAL_ERROR);
    } else {
      on.spare(this);
    }
    on.flushSoon();
  }
}
