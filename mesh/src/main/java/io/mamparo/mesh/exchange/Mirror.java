package io.mamparo.mesh.exchange;

import io.mamparo.mesh.accept.Timer;
import io.mamparo.mesh.choose.Affinity;
import io.mamparo.mesh.choose.Route;
import io.mamparo.mesh.defend.Balancer;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.ServiceState;
import io.mamparo.wire.http.Body;
import io.mamparo.wire.http.Method;
import io.mamparo.wire.http.Progress;
import io.mamparo.wire.http.ResponseHead;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;

/**
 * Sends copies of requests that have ended, and drops the answers. Owned by one loop.
 *
 * <p>A copy must not harm what it is a copy of: it goes when the request is over, on a connection
 * of its own, and is left out when there are {@value #MOST} under way already, when the body was
 * longer than what is kept for another try, or when its service has no endpoint with a plain
 * address.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed copy is dropped.
final class Mirror {
  private static final int MOST = 128;
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final MeshLoop loop;
  private final RequestWriter writer;
  private int underWay;

  Mirror(MeshLoop loop) {
    this.loop = loop;
    writer = new RequestWriter(loop);
  }

  /** Whether a request is one of those that are copied. */
  boolean wants(Route rule) {
    var mirror = rule.rules().mirror();
    return mirror != null && loop.random.nextDouble() < mirror.share();
  }

  /** A request that is copied has ended; what it held is still there. */
  void copy(Exchange x) {
    Route rule = x.rule;
    if (rule == null || rule.mirror() < 0 || x.tries == 0) {
      return;
    }
    ServiceState state = loop.plan.targets.get(rule.mirror()).plan().state;
    InetSocketAddress to = endpoint(rule.mirror());
    boolean whole = x.requestDone && (!x.request.hasBody() || x.holding);
    if (!whole || to == null || underWay >= MOST || loop.closing || x.request.upgrade()) {
      state.mirrorLeftOut().add(loop.index, 1);
      return;
    }
    state.mirrored().add(loop.index, 1);
    ByteBuf held = x.held;
    ByteBuf body = held == null ? Unpooled.EMPTY_BUFFER : held.copy();
    send(to, Unpooled.wrappedBuffer(writer.write(x), body), x.request.method() == Method.HEAD);
  }

  private @org.jspecify.annotations.Nullable InetSocketAddress endpoint(int service) {
    Balancer balancer = loop.balancers[service];
    int picked = balancer.pick(loop.random, 0, Affinity.NONE, loop.now());
    if (picked == Balancer.NONE) {
      return null;
    }
    EndpointState endpoint = loop.plan.targets.get(service).plan().endpoint(picked);
    return endpoint.literal();
  }

  private void send(InetSocketAddress to, ByteBuf request, boolean toHead) {
    underWay++;
    int patience = Math.toIntExact(loop.plan.config.limits().connectTimeout().toMillis());
    new Bootstrap()
        .group(loop.loop)
        .channel(loop.channelType)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, patience)
        .handler(new Copy(toHead))
        .connect(to)
        .addListener(
            done -> {
              if (done.isSuccess()) {
                ((io.netty.channel.ChannelFuture) done).channel().writeAndFlush(request);
              } else {
                request.release();
                underWay--;
              }
            });
  }

  /** One copy's connection. */
  private final class Copy extends ChannelInboundHandlerAdapter {
    private final ResponseHead head = new ResponseHead();
    private final Body body = new Body();
    private final Timer timer = new Timer(this::late);
    private final boolean toHead;
    private boolean begun;
    private @org.jspecify.annotations.Nullable ChannelHandlerContext context;

    Copy(boolean toHead) {
      this.toHead = toHead;
    }

    private void late(long now) {
      ChannelHandlerContext open = context;
      if (open != null) {
        open.close();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      context = ctx;
      loop.timers.set(timer, loop.now() + PATIENCE_NANOS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      boolean more = read(in);
      in.release();
      if (!more) {
        ctx.close();
      }
    }

    /** Whether more is to come. */
    private boolean read(ByteBuf in) {
      while (!begun) {
        Progress progress = head.feed(in, loop.plan.heads);
        if (progress != Progress.DONE) {
          return progress == Progress.MORE;
        }
        if (head.interim()) {
          head.reset();
        } else {
          begun = true;
          head.startBody(body, toHead);
        }
      }
      body.take(in, null);
      return !body.done() && body.refusal() == null;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      loop.timers.remove(timer);
      underWay--;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
