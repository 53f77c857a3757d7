package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.mesh.accept.Door;
import io.mamparo.mesh.accept.FirstByte;
import io.mamparo.mesh.accept.Timer;
import io.mamparo.wire.http.Progress;
import io.mamparo.wire.http.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private enum State {
    HEAD,
    BODY,
    WAIT,
    TUNNEL,
    LINGER,
    CLOSED
  }

  /** Requests that were sent ahead are kept up to here, then the client is no longer read. */
  private static final int PENDING = 64 * 1024;

  private static final long LINGER_NANOS = 2_000_000_000L;

  private final MeshLoop loop;
  private final Door door;
  private final Timer timer = new Timer(this::ring);
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private @Nullable ByteBuf pending;
  private State state = State.HEAD;
  private boolean processing;
  private boolean dirty;
  private boolean entered;
  private long lastMoved;
  private byte[] address = {};
  private boolean loopback;
  private boolean six;
  private boolean secure;

  ClientConnection(MeshLoop loop, Door door) {
    this.loop = loop;
    this.door = door;
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  /** What is under way. */
  @Nullable Exchange exchange() {
    return exchange;
  }

  int slot() {
    return door.slot();
  }

  /** The client's address as text. */
  byte[] address() {
    return address;
  }

  /** Whether that is an IPv6 address. */
  boolean six() {
    return six;
  }

  /** Whether its connection is encrypted. */
  boolean secure() {
    return secure;
  }

  /** Whether the client is on this machine. */
  boolean loopback() {
    return loopback;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    InetAddress from = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
    address = from.getHostAddress().getBytes(US_ASCII);
    loopback = from.isLoopbackAddress();
    six = from instanceof Inet6Address;
    entered = door.enter(loop.plan.config.limits().connections());
    if (!entered) {
      OwnAnswer.turnAway(loop, this);
      return;
    }
    loop.clients.add(this);
    loop.timers.set(timer, loop.now() + loop.plan.headNanos);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      secure = done.isSuccess();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (pending != null && state == State.WAIT) {
      keep(in);
    } else {
      process(in);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flushAll();
  }

  private void flushAll() {
    Exchange x = exchange;
    if (x != null && x.upstream != null) {
      x.upstream.flush();
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
        state = State.BODY;
        loop.path.badRequest(x, x.request.refusal());
      }
      case DONE -> {
        state = x.request.hasBody() ? State.BODY : State.WAIT;
        x.requestDone = state == State.WAIT;
        x.request.startBody(x.requestBody);
        loop.path.begin(x);
      }
    }
    return true;
  }

  private boolean body(ByteBuf in) {
    Exchange x = exchange;
    if (!in.isReadable() || x == null) {
      return drop(in);
    }
    int n = x.requestBody.take(in, null);
    Refusal wrong = x.requestBody.refusal();
    if (wrong != null) {
      in.release();
      loop.path.badBody(x, wrong);
      return false;
    }
    lastMoved = loop.now();
    boolean all = n == in.readableBytes();
    boolean done = x.requestBody.done();
    if (done) {
      state = State.WAIT;
    }
    loop.path.requestData(x, all ? in : in.readRetainedSlice(n), done);
    return !all;
  }

  /** A request that was sent ahead waits for its turn. */
  private boolean ahead(ByteBuf in) {
    if (in.isReadable()) {
      pending = in;
      if (in.readableBytes() > PENDING) {
        reading(false);
      }
      return false;
    }
    return drop(in);
  }

  private void keep(ByteBuf in) {
    ByteBuf before = Objects.requireNonNull(pending);
    ByteBuf both = loop.alloc.buffer(before.readableBytes() + in.readableBytes());
    both.writeBytes(before).writeBytes(in);
    before.release();
    in.release();
    pending = both;
    if (both.readableBytes() > PENDING) {
      reading(false);
    }
  }

  private boolean tunnel(ByteBuf in) {
    Exchange x = exchange;
    if (x == null || x.upstream == null) {
      return drop(in);
    }
    x.upstream.data(in);
    if (!x.upstream.writable()) {
      x.upstream.flush();
      reading(x.upstream.writable());
    }
    return false;
  }

  /** From now on bytes go through as they are. */
  void openTunnel() {
    state = State.TUNNEL;
    takeUp();
  }

  /** The answer is complete. Goes on with the next request, or ends the connection. */
  void answered(boolean keep) {
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
    ByteBuf next = pending;
    if (next != null && !processing) {
      pending = null;
      process(next);
      flushAll();
    }
  }

  /**
   * Sends the end of the stream, then waits for the client to close: closing at once could destroy
   * the answer on its way, when the client is still sending.
   */
  private void linger() {
    state = State.LINGER;
    forget();
    flush();
    reading(true);
    FirstByte.endOutput(context().channel());
    loop.timers.set(timer, loop.now() + LINGER_NANOS);
  }

  void write(ByteBuf out) {
    dirty = true;
    context().write(out, context().voidPromise());
  }

  void flush() {
    if (dirty) {
      dirty = false;
      context().flush();
    }
  }

  boolean writable() {
    return context().channel().isWritable();
  }

  /** Stops or goes on reading from the client. */
  void reading(boolean on) {
    if (context().channel().config().isAutoRead() != on) {
      context().channel().config().setAutoRead(on);
    }
  }

  /** Whether a head is being waited for and nothing of it has come. */
  boolean idle() {
    return state == State.HEAD && exchange == null;
  }

  /** Closes without another word: the answer is cut, or nobody listens. */
  void abort() {
    exchange = null;
    context().close();
  }

  /** Closes without another word; a request under way ends as if the client had gone. */
  void abortAll() {
    context().close();
  }

  /** Closes after what was written. */
  void closeAfterFlush() {
    exchange = null;
    linger();
  }

  private void forget() {
    ByteBuf left = pending;
    if (left != null) {
      pending = null;
      left.release();
    }
  }

  private void ring(long now) {
    Exchange x = exchange;
    switch (state) {
      case HEAD -> {
        if (x != null) {
          loop.path.headTimeout(x);
        } else {
          context().close();
        }
      }
      case BODY, WAIT -> watch(x, now);
      case TUNNEL, CLOSED -> {}
      case LINGER -> context().close();
    }
  }

  /** Looks whether the body, or the reading of the answer, has stood still for too long. */
  private void watch(@Nullable Exchange x, long now) {
    long longest = loop.plan.bodyIdleNanos;
    boolean reading = state == State.BODY && context().channel().config().isAutoRead();
    boolean still = reading || !writable();
    if (!still) {
      lastMoved = now;
    }
    if (x != null && still && now - lastMoved >= longest) {
      loop.path.bodyTimeout(x);
      return;
    }
    loop.timers.set(timer, lastMoved + longest);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    lastMoved = loop.now();
    Exchange x = exchange;
    if (x != null && x.upstream != null && ctx.channel().isWritable()) {
      x.upstream.reading(true);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.CLOSED;
    loop.timers.remove(timer);
    forget();
    if (entered) {
      entered = false;
      loop.clients.remove(this);
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
