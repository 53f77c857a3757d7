package io.mamparo.mesh.exchange;

import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.Method;
import io.mamparo.wire.http.Refusal;
import io.mamparo.wire.http.RequestHead;
import io.mamparo.wire.http.ResponseFields;
import io.mamparo.wire.http2.Block;
import io.mamparo.wire.http2.ErrorCode;
import io.mamparo.wire.http2.FieldSink;
import io.mamparo.wire.http2.HpackEncoder;
import io.mamparo.wire.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** One try that goes out through HTTP/2. Owned by the loop of its connection. */
final class UpstreamStream extends Http2Stream implements Upstream, FieldSink {
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private final MeshLoop loop;
  private final UpstreamStreams on;
  private final ResponseFields head = new ResponseFields();
  private @Nullable Exchange exchange;

  UpstreamStream(MeshLoop loop, UpstreamStreams on) {
    this.loop = loop;
    this.on = on;
  }

  /** Whether an exchange waits for what it brings. */
  boolean attached() {
    return exchange != null;
  }

  @Override
  public void attach(Exchange x) {
    exchange = x;
    x.upstream = this;
  }

  // What the try sends.

  @Override
  public void head(Exchange x, boolean end) {
    RequestHead request = x.request;
    HeadWriter lines = loop.requests.lines(x);
    Block block = loop.buffers.block;
    HpackEncoder encoder = on.encoder();
    byte[] b = request.bytes();
    encoder.begin(block);
    encoder.method(block, b, request.methodStart(), request.methodEnd());
    encoder.scheme(block, on.secure());
    loop.requests.authority(x, encoder, block);
    encoder.path(block, b, request.sentStart(), request.sentEnd());
    encoder.lines(block, lines.array(), 0, lines.length());
    send(block, end);
  }

  @Override
  public void data(Exchange x, ByteBuf part, boolean end) {
    boolean trailers = end && !x.requestTrailer.empty();
    if (!part.isReadable() && (!end || trailers)) {
      part.release();
    } else {
      send(part, end && !trailers);
    }
    if (trailers) {
      sendTrailers(x.requestTrailer.bytes(), 0, x.requestTrailer.length());
    }
  }

  @Override
  public void flush() {
    on.flushSoon();
  }

  @Override
  public void close() {
    exchange = null;
    if (alive()) {
      cancel(ErrorCode.CANCEL);
      on.flushSoon();
    }
  }

  // What the endpoint answers.

  @Override
  protected FieldSink fields() {
    Exchange x = exchange;
    if (x != null && !headSeen()) {
      head.begin(x.response, loop.plan.heads);
    }
    return this;
  }

  @Override
  public void field(byte[] bytes, int at, int name, int value, Field known, boolean sound) {
    Exchange x = exchange;
    if (x == null) {
      return;
    }
    if (x.phase == Exchange.Phase.RESPONDING) {
      x.responseTrailer.field(bytes, at, name, value, known, sound);
    } else {
      head.field(bytes, at, name, value, known, sound);
    }
  }

  @Override
  protected void fieldsDone(boolean end) {
    Exchange x = exchange;
    if (x == null) {
      return;
    }
    Downstream client = x.client();
    if (x.phase == Exchange.Phase.RESPONDING) {
      loop.path.streamData(x, this, Unpooled.EMPTY_BUFFER, true);
    } else {
      arrived(x, end);
    }
    client.flush();
  }

  private void arrived(Exchange x, boolean end) {
    Refusal wrong = head.done();
    if (wrong != null || (end && x.response.interim())) {
      loop.path.failed(x, TryEnd.MALFORMED);
    } else if (x.response.interim()) {
      anotherHead();
      if (x.pair.of == null) {
        x.client().interim(x);
      }
    } else {
      int status = x.response.status();
      boolean empty =
          Pair.request(x).request.method() == Method.HEAD
              || status == NO_CONTENT
              || status == NOT_MODIFIED;
      if (!empty) {
        expect(x.response.contentLength());
      }
      loop.path.streamHead(x, this, end);
    }
  }

  @Override
  protected void data(ByteBuf part, boolean end) {
    Exchange x = exchange;
    if (x == null || x.phase != Exchange.Phase.RESPONDING) {
      part.release();
      return;
    }
    Downstream client = x.client();
    loop.path.streamData(x, this, part, end);
    client.flush();
  }

  @Override
  protected void wasReset(ErrorCode code) {
    over(code == ErrorCode.REFUSED_STREAM ? TryEnd.REFUSED : TryEnd.RESET);
  }

  @Override
  protected void lost() {
    over(TryEnd.RESET);
  }

  private void over(TryEnd how) {
    Exchange x = exchange;
    if (x != null) {
      exchange = null;
      Downstream client = x.client();
      loop.path.streamLost(x, how);
      client.flush();
    }
  }

  @Override
  protected void writableAgain() {
    Exchange x = exchange;
    if (x != null && x.client != null) {
      x.client.reading(true);
      x.client.flush();
    }
  }

  /** The answer is complete: leaves its exchange, and ends what is left of the request. */
  void leave() {
    exchange = null;
    if (alive() && !oursEnded()) {
      cancel(ErrorCode.CANCEL);
    }
  }
}
