package io.mamparo.wire.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of one process, shared by both data planes. A connection lives on one loop for
 * life, and the server connections it borrows live on the same loop, so that nothing on the hot
 * path crosses threads. Safe for use by several threads.
 */
public final class Loops implements AutoCloseable {
  private final Transport transport;
  private final EventLoopGroup group;
  private final List<EventLoop> loops;

  private Loops(Transport transport, int count) {
    this.transport = transport;
    group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("loop", true), transport.io());
    List<EventLoop> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(group.next());
    }
    loops = List.copyOf(all);
  }

  /**
   * Loops for this machine: one a core but one, which is left to everything that is no data plane,
   * on the best transport there is. The system properties {@code mamparo.loops} and {@code
   * mamparo.transport} say otherwise.
   */
  public static Loops forMachine() {
    int cores = Runtime.getRuntime().availableProcessors();
    return of(Transport.best(), Integer.getInteger("mamparo.loops", Math.max(1, cores - 1)));
  }

  /** {@code count} loops on a transport; fails when the machine lacks it. */
  public static Loops of(Transport transport, int count) {
    return new Loops(transport, count);
  }

  /** The loops, in a fixed order; a loop's index in it is stable. */
  public List<EventLoop> all() {
    return loops;
  }

  /** What the loops wait with. */
  public Transport transport() {
    return transport;
  }

  /** The class of client sockets, for a Bootstrap on one of the loops. */
  public Class<? extends SocketChannel> clientChannel() {
    return transport.socket();
  }

  /** The beginning of a client connection on one of the loops. */
  public Bootstrap client(EventLoop loop) {
    Bootstrap client = new Bootstrap().group(loop).channel(transport.socket());
    transport.socketOptions().forEach(client::option);
    return client.option(ChannelOption.TCP_NODELAY, true);
  }

  /**
   * Listens with one socket a loop (SO_REUSEPORT), so that the kernel spreads connections and an
   * accepted connection stays on the loop that accepted it. With NIO one socket serves all loops.
   *
   * @return the listening channels; port 0 is chosen once and is the same for all
   */
  public List<Channel> listen(SocketAddress address, ChannelHandler childInitializer) {
    List<Channel> channels = new ArrayList<>();
    try {
      if (transport == Transport.NIO) {
        channels.add(
            bind(
                new ServerBootstrap().group(loops.getFirst(), group),
                address,
                childInitializer,
                false));
        return channels;
      }
      refuseIfTaken(address);
      SocketAddress bound = address;
      for (EventLoop loop : loops) {
        Channel channel =
            bind(new ServerBootstrap().group(loop, loop), bound, childInitializer, true);
        bound = channel.localAddress();
        channels.add(channel);
      }
      return channels;
    } catch (RuntimeException e) {
      channels.forEach(c -> c.close().syncUninterruptibly());
      throw e;
    }
  }

  /** SO_REUSEPORT would quietly share a port with another process of this user: look first. */
  private static void refuseIfTaken(SocketAddress address) {
    try (java.net.ServerSocket probe = new java.net.ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address, 1);
    } catch (java.io.IOException e) {
      throw new io.mamparo.kernel.Problem(
          "address " + address,
          "cannot listen there (" + e.getMessage() + ")",
          "stop whatever listens on it, or choose another port with listen: or --port-offset",
          e);
    }
  }

  private Channel bind(
      ServerBootstrap server, SocketAddress address, ChannelHandler child, boolean share) {
    server
        .channel(transport.serverSocket())
        .option(ChannelOption.SO_BACKLOG, 4096)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(child);
    transport.socketOptions().forEach(server::childOption);
    if (share) {
      server.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    return server.bind(address).syncUninterruptibly().channel();
  }

  /** Stops all loops and waits for them, at most five seconds. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(6, TimeUnit.SECONDS);
  }
}
