package io.mamparo.mesh.exchange;

import io.mamparo.mesh.accept.Timer;
import io.mamparo.wire.http2.ErrorCode;
import io.mamparo.wire.http2.HpackEncoder;
import io.mamparo.wire.http2.Http2Connection;
import io.mamparo.wire.http2.Http2Limits;
import io.mamparo.wire.http2.Http2Owner;
import io.mamparo.wire.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint that speaks HTTP/2: the one handler of its channel. Owned by the loop
 * of the clients that use it, many exchanges at a time.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write ends in exceptionCaught.
final class UpstreamStreams extends ChannelInboundHandlerAdapter implements Http2Owner, Unsent {
  final Pool pool;
  private final MeshLoop loop;
  private final Timer timer;

  /** Tries that wait for the connection to be made, with their tickets. */
  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();

  private final ArrayDeque<Long> tickets = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Http2Connection connection;
  private boolean flushing;
  private boolean retiring;

  UpstreamStreams(MeshLoop loop, Pool pool) {
    this.loop = loop;
    this.pool = pool;
    timer = new Timer(this::ring);
  }

  private Http2Connection connection() {
    return Objects.requireNonNull(connection);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  HpackEncoder encoder() {
    return connection().encoder();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    if (!secure()) {
      start(ctx);
    }
  }

  /** Whether the connection is encrypted; then it begins when both have agreed on HTTP/2. */
  boolean secure() {
    return pool.endpoint.tls() != null;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent) {
      if (MeshLoop.agreedOnHttp2(ctx)) {
        start(ctx);
      } else {
        ctx.close();
      }
    }
  }

  private void start(ChannelHandlerContext ctx) {
    Http2Connection c =
        new Http2Connection(ctx, false, Http2Limits.DEFAULT, loop.buffers, loop.clock::nanos, this);
    connection = c;
    c.start(0);
    loop.timers.set(timer, loop.now() + loop.plan.idleNanos);
    begin();
    flushNow();
  }

  /** How many tries can begin here now. */
  int room() {
    Http2Connection c = connection;
    return c == null || retiring ? 0 : c.room();
  }

  /** Whether it is being made, and another try may wait for it. */
  boolean takesWaiting() {
    return connection == null && !retiring && waiting.size() < Http2Limits.DEFAULT.streams() / 2;
  }

  void await(Exchange x) {
    waiting.add(x);
    tickets.add(x.ticket);
  }

  /** The connection is there: begins what has waited, unless it has been called off. */
  private void begin() {
    for (Exchange x = waiting.poll(); x != null; x = waiting.poll()) {
      if (Connector.waiting(x, tickets.remove())) {
        open(x);
        loop.path.connected(x);
      }
    }
  }

  /** The connection cannot be made. */
  void refused() {
    retiring = true;
    for (Exchange x = waiting.poll(); x != null; x = waiting.poll()) {
      if (Connector.waiting(x, tickets.remove())) {
        Downstream client = x.client();
        loop.path.failed(x, TryEnd.NOT_CONNECTED);
        client.flush();
      }
    }
  }

  /** A stream for a try, for which there must be {@link #room}. */
  void open(Exchange x) {
    UpstreamStream stream = new UpstreamStream(loop, this);
    connection().open(stream);
    stream.attach(x);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    connection().read(in);
    in.release();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flushNow();
  }

  void flushSoon() {
    if (!context().channel().isWritable()) {
      flushNow();
    } else if (!flushing) {
      flushing = true;
      loop.flushSoon(this);
    }
  }

  @Override
  public void flushNow() {
    flushing = false;
    if (connection != null) {
      connection.flush();
    }
  }

  @Override
  public @Nullable Http2Stream opened() {
    return null;
  }

  @Override
  public void ended(Http2Stream stream) {
    if (retiring && connection().streams() == 0) {
      context().close();
    }
  }

  @Override
  public void settled() {}

  @Override
  public void goingAway(int last) {
    retire();
  }

  @Override
  public void failed(ErrorCode code, String what) {
    flushNow();
    context().close();
  }

  /** Begins no more streams, and closes when the last has ended. */
  void retire() {
    retiring = true;
    if (connection != null && connection().streams() == 0) {
      context().close();
    }
  }

  private void ring(long now) {
    if (connection().streams() == 0) {
      retire();
    } else {
      loop.timers.set(timer, now + loop.plan.idleNanos);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (connection != null) {
      connection.writableAgain();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.timers.remove(timer);
    retiring = true;
    pool.closed(this);
    if (connection != null) {
      connection.gone();
    } else {
      pool.endpoint.onRefused(loop.now());
      refused();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset, mostly. The channel becomes inactive, and that is where it is dealt with.
    ctx.close();
  }
}
