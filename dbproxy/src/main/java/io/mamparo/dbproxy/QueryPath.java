package io.mamparo.dbproxy;

import io.mamparo.dbproxy.client.Desk;
import io.mamparo.dbproxy.client.House;
import io.mamparo.dbproxy.client.StartUp;
import io.mamparo.dbproxy.server.Encryption;
import io.mamparo.dbproxy.server.Keeper;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.pg.Frontend;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How a statement travels, and the only place where its way is put together. Safe for use by
 * several threads.
 *
 * <pre>
 *   listener
 *     → (TLS)              by SSLRequest or from the first byte; ServerTls shows certificates
 *     → StartUp            start-up packet, certificate, rules, cancel requests
 *       → Proving          SCRAM or a token; the server is asked for users it alone knows
 *     → Session            one client: holds what cannot go on yet
 *       → Requests         cut at message boundaries, passed on in stretches
 *       → Statements       read (Texts), classified (Traits), names translated
 *       → PoolShard        bulkhead, breaker, waiting line, connection of this loop
 *       → (Encryption)     TLS with the server, as its database asks for
 *       → ServerConnection settings replayed, replies expected
 *         → ReplyRelay     cut at message boundaries, passed on in stretches
 *         → Replies        forwarded, swallowed or faked, in order
 *       → Effects          settings followed, sessions pinned
 *     → Recorder           the listener is told
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
final class QueryPath {
  private static final int CONNECT_MS = 5_000;
  private static final int CANCEL_SECONDS = 5;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private final Loops loops;

  QueryPath(Loops loops) {
    this.loops = loops;
  }

  /** The pipeline of a client connection. */
  ChannelHandler client(House house, Function<EventLoop, Desk> desks) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.config().setWriteBufferWaterMark(WATER_MARK);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        // A Session takes this one's place after log-in.
        channel
            .pipeline()
            .addLast("start-up", new StartUp(house, desks.apply(channel.eventLoop())));
      }
    };
  }

  /** Opens a server connection for whoever will keep it. */
  void connect(Keeper keeper, Upstream upstream, EventLoop loop, int maxPrepared) {
    ServerConnection server = new ServerConnection(upstream, keeper, maxPrepared);
    resolve(
        upstream,
        loop,
        address ->
            bootstrap(loop, upstream, server, server::failed)
                .connect(address)
                .addListener(
                    (ChannelFuture done) -> {
                      if (!done.isSuccess()) {
                        server.failed("", String.valueOf(done.cause().getMessage()));
                        return;
                      }
                      // A server that accepts and then says nothing is as good as none.
                      loop.schedule(
                          () -> server.failed("", "no answer to the log-in"),
                          CONNECT_MS,
                          TimeUnit.MILLISECONDS);
                    }),
        reason -> server.failed("", reason));
  }

  private Bootstrap bootstrap(
      EventLoop loop,
      Upstream upstream,
      ChannelHandler handler,
      BiConsumer<String, String> failed) {
    return loops
        .client(loop)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                // Makes way once the connection is as it should be.
                channel.pipeline().addLast(new Encryption(upstream, failed), handler);
              }
            });
  }

  /** Looks a name up on a thread of its own, as that blocks; an address is used as it is. */
  private static void resolve(
      Upstream upstream,
      EventLoop loop,
      Consumer<InetSocketAddress> then,
      Consumer<String> otherwise) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(upstream.host());
    if (literal != null) {
      then.accept(new InetSocketAddress(upstream.host(), upstream.port()));
      return;
    }
    Thread.ofVirtual()
        .name("resolve")
        .start(
            () -> {
              try {
                InetAddress address = InetAddress.getByName(upstream.host());
                loop.execute(() -> then.accept(new InetSocketAddress(address, upstream.port())));
              } catch (UnknownHostException e) {
                loop.execute(() -> otherwise.accept("unknown host " + upstream.host()));
              }
            });
  }

  /** Sends a cancel request to the server that a connection leads to. */
  void cancel(ServerConnection server, EventLoop loop, Runnable done) {
    server.cancelBegan();
    Runnable ended =
        () -> {
          server.cancelEnded();
          done.run();
        };
    resolve(
        server.upstream(),
        loop,
        address ->
            bootstrap(loop, server.upstream(), new CancelRequest(server), (state, reason) -> {})
                .connect(address)
                .addListener(
                    (ChannelFuture connected) -> {
                      if (!connected.isSuccess()) {
                        ended.run();
                        return;
                      }
                      Channel channel = connected.channel();
                      // The server closes once it has passed the signal on.
                      channel.closeFuture().addListener(closed -> ended.run());
                      loop.schedule(() -> channel.close(), CANCEL_SECONDS, TimeUnit.SECONDS);
                    }),
        reason -> ended.run());
  }

  /** Says what to cancel and waits for the server to close. Owned by one event loop. */
  private static final class CancelRequest extends ChannelInboundHandlerAdapter {
    private final ServerConnection server;

    CancelRequest(ServerConnection server) {
      this.server = server;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      ByteBuf out = context.alloc().buffer(32);
      Frontend.cancel(out, server.pid(), server.cancelKey());
      context.writeAndFlush(out);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ((ByteBuf) message).release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
