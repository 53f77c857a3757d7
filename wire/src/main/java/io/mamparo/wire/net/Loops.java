package io.mamparo.wire.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of one process, one a core, shared by both data planes. A connection lives on one
 * loop for life, and the server connections it borrows live on the same loop, so that nothing on
 * the hot path crosses threads. Safe for use by several threads.
 */
public final class Loops implements AutoCloseable {
  /** How loops wait for I/O. */
  public enum Transport {
    IO_URING,
    EPOLL,
    NIO;

    /** The best this machine has, or the one named by the system property mamparo.transport. */
    static Transport best() {
      String wanted = System.getProperty("mamparo.transport", "");
      if (!wanted.isEmpty()) {
        return valueOf(wanted.toUpperCase(java.util.Locale.ROOT));
      }
      return Epoll.isAvailable() ? EPOLL : NIO;
    }
  }

  private final Transport transport;
  private final EventLoopGroup group;
  private final List<EventLoop> loops;

  private Loops(Transport transport, int count) {
    this.transport = transport;
    IoHandlerFactory io =
        switch (transport) {
          case IO_URING -> IoUringIoHandler.newFactory();
          case EPOLL -> EpollIoHandler.newFactory();
          case NIO -> NioIoHandler.newFactory();
        };
    group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("loop", true), io);
    List<EventLoop> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(group.next());
    }
    loops = List.copyOf(all);
  }

  /** One loop a core, on the best transport this machine has. */
  public static Loops perCore() {
    return of(Transport.best(), Runtime.getRuntime().availableProcessors());
  }

  /** {@code count} loops on a transport; fails when the machine lacks it. */
  public static Loops of(Transport transport, int count) {
    if (transport == Transport.IO_URING) {
      IoUring.ensureAvailability();
    }
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
    return switch (transport) {
      case IO_URING -> IoUringSocketChannel.class;
      case EPOLL -> EpollSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }

  private Class<? extends ServerSocketChannel> serverChannel() {
    return switch (transport) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
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
        .channel(serverChannel())
        .option(ChannelOption.SO_BACKLOG, 4096)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(child);
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
