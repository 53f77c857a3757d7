package io.mamparo.mesh.exchange;

import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.wire.tls.ClientTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Makes connections to endpoints, on the client's own loop. Owned by one loop. */
@SuppressWarnings("FutureReturnValueIgnored") // The listener hears of it.
final class Connector {
  private final MeshLoop loop;
  private final RequestPath path;

  Connector(MeshLoop loop, RequestPath path) {
    this.loop = loop;
    this.path = path;
  }

  /** Makes a connection for a try; if that has ended by then, it goes to the pool. */
  void connect(Exchange x, Pool pool) {
    EndpointState endpoint = pool.endpoint;
    long ticket = x.ticket;
    if (!pool.room()) {
      path.failed(x, TryEnd.NOT_CONNECTED);
      return;
    }
    InetSocketAddress literal = endpoint.literal();
    if (literal != null) {
      connect(x, ticket, pool, literal);
      return;
    }
    // Looking a name up blocks, so it is done elsewhere.
    Thread.ofVirtual()
        .name("lookup " + endpoint.host())
        .start(
            () -> {
              InetSocketAddress found = lookUp(endpoint);
              loop.loop.execute(() -> connect(x, ticket, pool, found));
            });
  }

  private static InetSocketAddress lookUp(EndpointState endpoint) {
    try {
      return new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port());
    } catch (UnknownHostException e) {
      return InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port());
    }
  }

  private void connect(Exchange x, long ticket, Pool pool, InetSocketAddress to) {
    if (to.isUnresolved()) {
      refused(x, ticket, pool);
      return;
    }
    if (x.plan().http2()) {
      connectStreams(x, ticket, pool, to);
      return;
    }
    UpstreamConnection c = new UpstreamConnection(loop, pool);
    pool.opened();
    bootstrap(pool, c)
        .connect(to)
        .addListener(
            (ChannelFuture done) -> {
              SslHandler encrypted = done.channel().pipeline().get(SslHandler.class);
              if (encrypted == null || !done.isSuccess()) {
                connected(x, ticket, pool, c, done.isSuccess());
              } else {
                encrypted
                    .handshakeFuture()
                    .addListener(secured -> secured(x, ticket, pool, c, secured.isSuccess()));
              }
            });
  }

  /** Makes a connection that several tries can wait for. */
  private void connectStreams(Exchange x, long ticket, Pool pool, InetSocketAddress to) {
    if (!waiting(x, ticket)) {
      return;
    }
    UpstreamStreams c = pool.awaited();
    if (c != null) {
      c.await(x);
      return;
    }
    UpstreamStreams fresh = new UpstreamStreams(loop, pool);
    fresh.await(x);
    pool.opened(fresh);
    bootstrap(pool, fresh)
        .connect(to)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                pool.closed(fresh);
                pool.endpoint.onRefused(loop.now());
                fresh.refused();
              }
            });
  }

  private Bootstrap bootstrap(Pool pool, ChannelHandler handler) {
    int patience = Math.toIntExact(loop.plan.config.limits().connectTimeout().toMillis());
    return new Bootstrap()
        .group(loop.loop)
        .channel(loop.channelType)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, patience)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                loop.prepare(channel);
                ClientTls tls = pool.endpoint.tls();
                if (tls != null) {
                  String host = pool.endpoint.host();
                  channel.pipeline().addLast(tls.handler(channel, host, pool.endpoint.port()));
                }
                channel.pipeline().addLast(handler);
              }
            });
  }

  private void connected(
      Exchange x, long ticket, Pool pool, UpstreamConnection c, boolean success) {
    if (!success) {
      pool.closed(c);
      refused(x, ticket, pool);
    } else if (waiting(x, ticket)) {
      c.attach(x);
      path.connected(x);
    } else {
      pool.giveBack(c, loop.now());
    }
  }

  /** A connection that was open counts itself out when it closes. */
  private void secured(Exchange x, long ticket, Pool pool, UpstreamConnection c, boolean success) {
    if (success) {
      connected(x, ticket, pool, c, true);
    } else {
      refused(x, ticket, pool);
    }
  }

  private void refused(Exchange x, long ticket, Pool pool) {
    pool.endpoint.onRefused(loop.now());
    if (waiting(x, ticket)) {
      Downstream client = x.client();
      path.failed(x, TryEnd.NOT_CONNECTED);
      client.flush();
    }
  }

  /** Whether a try still waits for a connection. */
  static boolean waiting(Exchange x, long ticket) {
    return x.ticket == ticket && x.phase == Exchange.Phase.CONNECTING;
  }
}
