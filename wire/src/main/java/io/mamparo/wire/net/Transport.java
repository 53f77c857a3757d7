package io.mamparo.wire.net;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Locale;
import java.util.Map;

/**
 * How loops wait for I/O.
 *
 * <p>With io_uring a socket's reads are asked for once and for all: the kernel puts what comes into
 * buffers that all sockets of a loop share, so that an idle connection holds none, and sends are
 * handed over together when a loop has nothing else to do. That takes a kernel with multishot
 * receives into buffer rings (6.0) that lets its users have them; containers often do not.
 */
public enum Transport {
  IO_URING,
  EPOLL,
  NIO;

  /** The group of the buffers that all sockets of a loop share. */
  private static final short BUFFERS = 1;

  private static final int BUFFER_BYTES = 32 * 1024;

  /** At most so many buffers wait to be filled on a loop; a quarter of them from the start. */
  private static final short MOST_BUFFERS = 64;

  private static final int SUBMISSIONS = 1024;

  /** Room for the answers of 10,000 sockets at once; beyond it the kernel keeps them. */
  private static final int COMPLETIONS = 16 * 1024;

  /** The one named by the system property mamparo.transport, or the best this machine has. */
  public static Transport best() {
    String wanted = System.getProperty("mamparo.transport", "");
    if (!wanted.isEmpty()) {
      return valueOf(wanted.toUpperCase(Locale.ROOT));
    }
    if (uring()) {
      return IO_URING;
    }
    return Epoll.isAvailable() ? EPOLL : NIO;
  }

  /** Whether the kernel has what makes io_uring worth it, and lets us use it. */
  private static boolean uring() {
    return IoUring.isAvailable()
        && IoUring.isRegisterBufferRingSupported()
        && IoUring.isRecvMultishotEnabled();
  }

  IoHandlerFactory io() {
    return switch (this) {
      case IO_URING -> IoUringIoHandler.newFactory(ring());
      case EPOLL -> EpollIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }

  private static IoUringIoHandlerConfig ring() {
    IoUring.ensureAvailability();
    return new IoUringIoHandlerConfig()
        .setRingSize(SUBMISSIONS)
        .setCqSize(COMPLETIONS)
        .setBufferRingConfig(
            IoUringBufferRingConfig.builder()
                .bufferGroupId(BUFFERS)
                .bufferRingSize(MOST_BUFFERS)
                .batchSize(MOST_BUFFERS / 4)
                .allocator(new IoUringFixedBufferRingAllocator(BUFFER_BYTES))
                .build());
  }

  Class<? extends SocketChannel> socket() {
    return switch (this) {
      case IO_URING -> IoUringSocketChannel.class;
      case EPOLL -> EpollSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }

  Class<? extends ServerSocketChannel> serverSocket() {
    return switch (this) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }

  /** What a socket needs besides. */
  Map<ChannelOption<Short>, Short> socketOptions() {
    return this == IO_URING
        ? Map.of(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFERS)
        : Map.of();
  }
}
