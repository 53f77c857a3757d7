package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.UpstreamTls;
import io.mamparo.wire.tls.ClientTls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;

/**
 * Encrypts a connection to a server before anything else is said on it; the handlers behind it hear
 * of the connection only then. Owned by one event loop.
 *
 * <pre>
 *   connected ─→ SSLRequest ─'S'→ handshake ─→ active        SSLRequest ─'N'→ active (mode prefer)
 *      └────────── direct ───────────┘  └→ failed                       └───→ failed
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class Encryption extends ChannelInboundHandlerAdapter {
  private static final int SSL_REQUEST_BYTES = 8;

  /** No connection can be established: trying again will not help. */
  private static final String REFUSED = "08001";

  private final Upstream upstream;
  private final UpstreamTls tls;
  private final BiConsumer<String, String> failed;
  private boolean over;

  /**
   * For one connection.
   *
   * @param failed told why it cannot be encrypted, with an SQLSTATE that is empty when the server
   *     just went away; the connection is closed
   */
  public Encryption(Upstream upstream, BiConsumer<String, String> failed) {
    this.upstream = upstream;
    this.tls = upstream.tls();
    this.failed = failed;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (tls.mode() == UpstreamTls.Mode.OFF) {
      active(context);
    } else if (tls.direct()) {
      handshake(context);
    } else {
      ByteBuf out = context.alloc().buffer(SSL_REQUEST_BYTES);
      out.writeInt(SSL_REQUEST_BYTES).writeInt(io.mamparo.wire.pg.Frontend.SSL_REQUEST);
      context.writeAndFlush(out);
    }
  }

  private void active(ChannelHandlerContext context) {
    over = true;
    context.fireChannelActive();
    context.pipeline().remove(this);
  }

  private void handshake(ChannelHandlerContext context) {
    ClientTls client = java.util.Objects.requireNonNull(tls.client());
    context
        .pipeline()
        .addFirst("tls", client.handler(context.channel(), upstream.host(), upstream.port()));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (over || !in.isReadable()) {
        return;
      }
      byte answer = in.readByte();
      if (in.isReadable()) {
        // Bytes before the handshake may have been slipped in by somebody in between.
        fail(context, "it sent unencrypted data after its answer to the SSL request");
        return;
      }
      switch (answer) {
        case 'S' -> handshake(context);
        case 'N' -> {
          if (tls.mode() == UpstreamTls.Mode.PREFER) {
            active(context);
          } else {
            fail(context, "the server does not support TLS, which its tls mode asks for");
          }
        }
        default -> fail(context, "it does not understand the SSL request");
      }
    } finally {
      in.release();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && !over) {
      if (done.isSuccess()) {
        active(context);
      } else {
        Throwable cause = done.cause();
        boolean away = cause instanceof java.nio.channels.ClosedChannelException;
        fail(context, away ? "" : REFUSED, "TLS with the server failed: " + ClientTls.why(cause));
      }
      return;
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(context, "", "the server closed the connection during the TLS handshake");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    boolean away = cause instanceof java.io.IOException && !(cause instanceof SSLException);
    fail(context, away ? "" : REFUSED, "TLS with the server failed: " + ClientTls.why(cause));
  }

  private void fail(ChannelHandlerContext context, String reason) {
    fail(context, REFUSED, reason);
  }

  private void fail(ChannelHandlerContext context, String sqlState, String reason) {
    if (!over) {
      over = true;
      failed.accept(sqlState, reason);
      context.close();
    }
  }
}
