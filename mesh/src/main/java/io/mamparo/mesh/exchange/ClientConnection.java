package io.mamparo.mesh.exchange;

import io.mamparo.mesh.ListenerLimit;
import io.mamparo.mesh.accept.Door;
import io.mamparo.mesh.accept.Timer;
import io.mamparo.wire.http.Progress;
import io.mamparo.wire.http.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: the one handler of its channel. Owned by the loop that accepted it.
 * Answers come in the order of their requests, one exchange at a time.
 *
 * <pre>
 *   HEAD ─ head ─→ BODY ─ last byte ─→ WAIT ─ answer complete → HEAD, or LINGER
 *                    └─ answer complete first ──────────────────→ LINGER
 *   WAIT ─ 101 → TUNNEL          LINGER ─ client closes, or 2 s → CLOSED
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write ends in exceptionCaught.
final class ClientConnection extends ChannelInboundHandlerAdapter implements Client, Downstream {
  private enum State {
    HEAD,
    BODY,
    WAIT,
    TUNNEL,
    LINGER,
    CLOSED
  }

  private final MeshLoop loop;
  private final Door door;
  private final Timer timer = new Timer(this::ring);
  private final Stillness still;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private final Ahead ahead = new Ahead();
  private State state = State.HEAD;
  private boolean processing;
  private boolean dirty;
  private boolean speaksHttp1;
  private ClientAddress from = ClientAddress.UNKNOWN;

  ClientConnection(MeshLoop loop, Door door) {
    this.loop = loop;
    this.door = door;
    still = new Stillness(loop, door, timer);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  @Override
  public int slot() {
    return door.slot();
  }

  @Override
  public boolean secure() {
    return MeshLoop.secure(context());
  }

  @Override
  public ClientAddress from() {
    return from;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    from = ClientAddress.of(ctx.channel());
    if (!door.enter(loop.plan.config.limits().connections())) {
      OwnAnswer.turnAway(this);
      return;
    }
    loop.clients.add(this);
    loop.timers.set(timer, loop.now() + loop.plan.headNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (!ahead.empty() && state == State.WAIT) {
      keep(in);
    } else {
      process(in);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (exchange != null) {
      RequestPath.flush(exchange);
    }
    flush();
  }

  /** Takes all that arrived as far as the state allows. Owns {@code in}. */
  private void process(ByteBuf in) {
    processing = true;
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case HEAD -> head(in);
            case BODY -> body(in);
            case WAIT -> ahead(in);
            case TUNNEL -> tunnel(in);
            case LINGER, CLOSED -> drop(in);
          };
    }
    processing = false;
  }

  private boolean drop(ByteBuf in) {
    in.release();
    return false;
  }

  private boolean head(ByteBuf in) {
    if (!in.isReadable()) {
      return drop(in);
    }
    Exchange x = exchange;
    boolean fresh = x == null;
    if (x == null) {
      x = loop.borrow();
      x.begin(this);
      exchange = x;
    }
    Progress progress = x.request.feed(in, loop.plan.heads);
    switch (progress) {
      case MORE -> {
        if (fresh) {
          loop.timers.set(timer, loop.now() + loop.plan.headNanos);
        }
        return drop(in);
      }
      case REFUSED -> {
        if (!speaksHttp1 && x.request.preface(in)) {
          exchange = null;
          loop.giveBack(x);
          toStreams(ClientStreams.FIRST_LINE, in);
          return false;
        }
        state = State.BODY;
        loop.path.badRequest(x, x.request.refusal());
      }
      case DONE -> {
        state = x.request.hasBody() ? State.BODY : State.WAIT;
        x.requestDone = state == State.WAIT;
        speaksHttp1 = true;
        x.request.startBody(x.requestBody, x.requestTrailer);
        loop.path.begin(x);
      }
    }
    return true;
  }

  /** The client speaks HTTP/2, of whose preface so much was read: another handler goes on. */
  void toStreams(int seen, ByteBuf in) {
    if (state == State.HEAD) {
      loop.timers.remove(timer);
      loop.clients.remove(this);
      state = State.CLOSED;
      ClientStreams.takeOver(this, context(), new ClientStreams(loop, door, seen), in);
    }
  }

  private boolean body(ByteBuf in) {
    Exchange x = exchange;
    if (!in.isReadable() || x == null) {
      return drop(in);
    }
    boolean plain = x.requestBody.chunked() && x.service != null && x.plan().http2();
    ByteBuf data = plain ? loop.alloc.directBuffer(in.readableBytes()) : null;
    int n = x.requestBody.take(in, data);
    Refusal wrong = x.requestTrailer.refused() ? Refusal.TRAILER : x.requestBody.refusal();
    if (wrong != null) {
      in.release();
      if (data != null) {
        data.release();
      }
      loop.path.badBody(x, wrong);
      return false;
    }
    still.moved();
    boolean all = n == in.readableBytes();
    boolean done = x.requestBody.done();
    if (done) {
      state = State.WAIT;
    }
    if (data != null) {
      in.skipBytes(n);
      loop.path.requestData(x, data, done);
      return true;
    }
    loop.path.requestData(x, all ? in : in.readRetainedSlice(n), done);
    return !all;
  }

  /** A request that was sent ahead waits for its turn. */
  private boolean ahead(ByteBuf in) {
    if (in.isReadable()) {
      keep(in);
      return false;
    }
    return drop(in);
  }

  private void keep(ByteBuf in) {
    ahead.add(in, loop.alloc);
    if (ahead.full()) {
      reading(false);
    }
  }

  private boolean tunnel(ByteBuf in) {
    if (exchange == null) {
      return drop(in);
    }
    still.moved();
    loop.path.requestData(exchange, in, false);
    return false;
  }

  @Override
  public void openTunnel() {
    state = State.TUNNEL;
    still.tunnelOpens();
    takeUp();
  }

  /** The answer is complete. Goes on with the next request, or ends the connection. */
  @Override
  public void answered(boolean keep) {
    exchange = null;
    dirty = true;
    if (!keep || state != State.WAIT) {
      linger();
      return;
    }
    state = State.HEAD;
    loop.timers.set(timer, loop.now() + loop.plan.idleNanos);
    takeUp();
  }

  /** Goes on with what was sent ahead, unless that is being done already. */
  private void takeUp() {
    reading(true);
    ByteBuf next = processing ? null : ahead.take();
    if (next != null) {
      process(next);
      channelReadComplete(context());
    }
  }

  /**
   * Sends the end of the stream, then waits for the client to close: closing at once could destroy
   * the answer on its way, when the client is still sending.
   */
  private void linger() {
    state = State.LINGER;
    still.moved();
    ahead.forget();
    flush();
    reading(true);
    loop.linger(context().channel(), timer);
  }

  @Override
  public void own(byte[] answer) {
    pass(loop.alloc.directBuffer(answer.length).writeBytes(answer));
  }

  @Override
  public void interim(Exchange x) {
    loop.answers.interim(x, this);
  }

  @Override
  public boolean plain(Exchange x) {
    return x.request.minor() == 0;
  }

  @Override
  public boolean last(Exchange x) {
    return loop.answers.last(x);
  }

  @Override
  public int head(Exchange x, ByteBuf in, int start) {
    return loop.answers.head(x, this, in, start);
  }

  @Override
  public void data(Exchange x, ByteBuf part, boolean end) {
    loop.answers.data(x, this, part, end);
  }

  @Override
  public void pass(ByteBuf bytes) {
    if (state == State.TUNNEL) {
      still.moved();
    }
    dirty = true;
    context().write(bytes, context().voidPromise());
  }

  @Override
  public void flush() {
    if (dirty) {
      dirty = false;
      context().flush();
    }
  }

  @Override
  public boolean writable() {
    return context().channel().isWritable();
  }

  @Override
  public void reading(boolean on) {
    if (context().channel().config().isAutoRead() != on) {
      context().channel().config().setAutoRead(on);
    }
  }

  @Override
  public void planChanged() {
    loop.planChanged(exchange);
  }

  @Override
  public void drain() {
    if (state == State.HEAD && exchange == null) {
      closeAfterFlush();
    }
  }

  @Override
  public void abort() {
    exchange = null;
    context().close();
  }

  @Override
  public void abortAll() {
    context().close();
  }

  /** Closes after what was written. */
  void closeAfterFlush() {
    exchange = null;
    linger();
  }

  private void ring(long now) {
    Exchange x = exchange;
    switch (state) {
      case HEAD -> {
        if (x != null) {
          loop.path.headTimeout(x);
        } else {
          door.limited(ListenerLimit.IDLE);
          context().close();
        }
      }
      case BODY -> still.look(x, context().channel().config().isAutoRead() || !writable(), now);
      case WAIT -> still.look(x, !writable(), now);
      case TUNNEL -> still.lookAtTunnel(x, now);
      case CLOSED -> {}
      case LINGER -> loop.closeWhenTaken(context().channel(), timer, still.lastMoved());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    still.moved();
    Exchange x = exchange;
    if (x != null && x.upstream != null && ctx.channel().isWritable()) {
      x.upstream.reading(true);
      x.upstream.flush();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.CLOSED;
    loop.timers.remove(timer);
    ahead.forget();
    if (loop.clients.remove(this)) {
      door.leave();
    }
    Exchange x = exchange;
    if (x != null) {
      exchange = null;
      loop.path.clientGone(x);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset, mostly. The channel becomes inactive, and that is where it is dealt with.
    ctx.close();
  }
}
