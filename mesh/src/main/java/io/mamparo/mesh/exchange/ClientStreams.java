package io.mamparo.mesh.exchange;

import io.mamparo.mesh.ListenerLimit;
import io.mamparo.mesh.accept.Door;
import io.mamparo.mesh.accept.Timer;
import io.mamparo.wire.http2.Bound;
import io.mamparo.wire.http2.ErrorCode;
import io.mamparo.wire.http2.HpackEncoder;
import io.mamparo.wire.http2.Http2Connection;
import io.mamparo.wire.http2.Http2Limits;
import io.mamparo.wire.http2.Http2Owner;
import io.mamparo.wire.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that speaks HTTP/2: the one handler of its channel. Owned by the loop that
 * accepted it. Its door has counted it already.
 *
 * <p>Everything that the streams write in one turn of the loop goes out together, whichever
 * endpoints it came from.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write ends in exceptionCaught.
final class ClientStreams extends ChannelInboundHandlerAdapter
    implements Client, Http2Owner, Unsent {
  /** Bytes of the preface that {@link ClientConnection} has read when it hands over. */
  static final int FIRST_LINE = 16;

  /** How many times in its longest stillness a stream is looked at. */
  private static final int LOOKS = 4;

  private final MeshLoop loop;
  private final Door door;
  private final int seen;
  private final Timer timer = new Timer(this::ring);
  private final ArrayDeque<ClientStream> spare = new ArrayDeque<>();

  /** Streams whose endpoints were written to in this batch of reads. */
  private final List<ClientStream> touched = new ArrayList<>();

  private @Nullable ChannelHandlerContext context;
  private @Nullable Http2Connection connection;
  private ClientAddress from = ClientAddress.UNKNOWN;
  private boolean flushing;
  private boolean lingering;
  private boolean farewell;
  private long lastMoved;

  /**
   * A connection.
   *
   * @param seen how many bytes of the preface have been read
   */
  ClientStreams(MeshLoop loop, Door door, int seen) {
    this.loop = loop;
    this.door = door;
    this.seen = seen;
  }

  /** Goes on where another handler has found that the client speaks HTTP/2; owns {@code in}. */
  static void takeOver(
      ChannelHandler from, ChannelHandlerContext ctx, ClientStreams by, ByteBuf in) {
    ctx.pipeline().replace(from, null, by);
    by.channelRead(ctx, in);
    by.flushSoon();
  }

  private Http2Connection connection() {
    return Objects.requireNonNull(connection);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  int slot() {
    return door.slot();
  }

  ClientAddress from() {
    return from;
  }

  boolean secure() {
    return MeshLoop.secure(context());
  }

  HpackEncoder encoder() {
    return connection().encoder();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    from = ClientAddress.of(ctx.channel());
    Http2Connection c =
        new Http2Connection(ctx, true, loop.plan.streams, loop.buffers, loop.clock::nanos, this);
    connection = c;
    c.start(seen);
    loop.clients.add(this);
    lastMoved = loop.now();
    loop.timers.set(timer, lastMoved + loop.plan.headNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    lastMoved = loop.now();
    if (!lingering) {
      connection().read(in);
    }
    in.release();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    for (int i = 0; i < touched.size(); i++) {
      Exchange x = touched.get(i).exchange();
      if (x != null && x.upstream != null) {
        x.upstream.flush();
      }
    }
    touched.clear();
    flushNow();
    if (!lingering && connection().incomplete()) {
      loop.timers.set(timer, loop.now() + loop.plan.headNanos);
    }
  }

  /** Something was sent to a stream's endpoint, and is to be flushed after this batch of reads. */
  void touched(ClientStream stream) {
    touched.add(stream);
  }

  /** Sends what was written, with what else is written in this turn of the loop. */
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
    connection().flush();
  }

  @Override
  public Http2Stream opened() {
    ClientStream stream = spare.pollLast();
    return stream == null ? new ClientStream(loop, this) : stream;
  }

  /** A stream that nobody uses any more may be used again. */
  void spare(ClientStream stream) {
    if (spare.size() < Http2Limits.DEFAULT.streams()) {
      spare.addLast(stream);
    }
  }

  @Override
  public void ended(Http2Stream stream) {
    ClientStream mine = (ClientStream) stream;
    if (mine.exchange() == null) {
      spare(mine);
    }
    if (connection().drained()) {
      linger();
    }
  }

  @Override
  public void settled() {
    loop.timers.set(timer, loop.now() + loop.plan.idleNanos);
  }

  @Override
  public void goingAway(int last) {
    if (connection().drained()) {
      linger();
    }
  }

  @Override
  public void reached(Bound bound) {
    door.limited(
        switch (bound) {
          case STREAMS -> ListenerLimit.STREAMS;
          case RESETS -> ListenerLimit.RESETS;
          case CONTROLS -> ListenerLimit.CONTROLS;
          case HEAD -> ListenerLimit.HEAD;
        });
  }

  @Override
  public void failed(ErrorCode code, String what) {
    linger();
  }

  /** Sends the end of the connection, then waits for the client to close. */
  private void linger() {
    if (lingering) {
      return;
    }
    lingering = true;
    lastMoved = loop.now();
    connection().flush();
    connection().gone();
    loop.linger(context().channel(), timer);
  }

  @Override
  public void planChanged() {
    for (Http2Stream stream : connection().open()) {
      loop.planChanged(((ClientStream) stream).exchange());
    }
    if (loop.plan.entry(slot()) == null) {
      drain();
    }
  }

  @Override
  public void drain() {
    if (!lingering) {
      connection().drain();
      flushNow();
    }
  }

  @Override
  public void abortAll() {
    context().close();
  }

  private void ring(long now) {
    if (lingering) {
      loop.closeWhenTaken(context().channel(), timer, lastMoved);
      return;
    }
    boolean partial = connection().incomplete();
    if (partial && now - lastMoved >= loop.plan.headNanos) {
      door.limited(ListenerLimit.STALLED);
      context().close();
      return;
    }
    if (connection().streams() == 0) {
      idle(now, partial);
      return;
    }
    long since = now - loop.plan.bodyIdleNanos;
    for (Http2Stream stream : connection().open()) {
      ((ClientStream) stream).endIfStill(since, now);
    }
    flushNow();
    loop.timers.set(timer, now + Math.min(wait(partial), loop.plan.bodyIdleNanos / LOOKS));
  }

  /** Says farewell to a client that asks for nothing, and closes when it does not hear that. */
  private void idle(long now, boolean partial) {
    boolean over = now - lastMoved >= loop.plan.idleNanos;
    if (over && farewell) {
      context().close();
    } else if (over) {
      farewell = true;
      door.limited(ListenerLimit.IDLE);
      drain();
      loop.timers.set(timer, now + MeshLoop.LINGER_NANOS);
    } else {
      loop.timers.set(timer, lastMoved + wait(partial));
    }
  }

  private long wait(boolean partial) {
    return partial ? loop.plan.headNanos : loop.plan.idleNanos;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    connection().writableAgain();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.timers.remove(timer);
    if (loop.clients.remove(this)) {
      door.leave();
    }
    lingering = true;
    connection().gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset, mostly. The channel becomes inactive, and that is where it is dealt with.
    ctx.close();
  }
}
