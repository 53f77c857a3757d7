package io.mamparo.mesh.accept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.tls.ServerTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * Tells by a connection's first byte whether it is encrypted, and makes way for what follows, so
 * that one port takes both and nobody waits. Owned by one loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write ends the connection.
public final class FirstByte extends ChannelInboundHandlerAdapter {
  private static final byte[] ONLY_TLS =
      String.join(
              "\r\n",
              "HTTP/1.1 400 Bad Request",
              "content-type: text/plain",
              "content-length: 53",
              "connection: close",
              "",
              "This port takes encrypted connections only: https://\n")
          .getBytes(US_ASCII);

  private final ServerTls tls;
  private final boolean plain;

  /**
   * For one connection.
   *
   * @param plain whether connections that are not encrypted are served
   */
  public FirstByte(ServerTls tls, boolean plain) {
    this.tls = tls;
    this.plain = plain;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (!in.isReadable()) {
      in.release();
      return;
    }
    boolean encrypted = ServerTls.looksLikeTls(in.getByte(in.readerIndex()));
    if (!encrypted && !plain) {
      in.release();
      context
          .writeAndFlush(context.alloc().buffer(ONLY_TLS.length).writeBytes(ONLY_TLS))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    if (encrypted) {
      context.pipeline().addAfter(context.name(), "tls", tls.handler(context.channel()));
    }
    context.fireChannelRead(in);
    context.pipeline().remove(this);
  }

  /** Ends what is sent on a connection, encrypted or not; what was written still goes out. */
  public static void endOutput(Channel channel) {
    if (!(channel instanceof DuplexChannel duplex) || !duplex.isActive()) {
      return;
    }
    SslHandler encrypted = channel.pipeline().get(SslHandler.class);
    if (encrypted == null) {
      // What was written may still be on its way to the kernel: io_uring takes it later.
      duplex.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> duplex.shutdownOutput());
    } else {
      encrypted.closeOutbound().addListener(said -> duplex.shutdownOutput());
    }
  }
}
