package io.mamparo.mesh.exchange;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Lets a client that has agreed on HTTP/2 in its handshake speak it from the first byte on, and
 * makes way. Owned by the loop that accepted the connection. Others speak HTTP/1.1, or say in their
 * first line that they do not.
 */
final class AgreedProtocol extends ChannelInboundHandlerAdapter {
  private final ClientConnection client;

  AgreedProtocol(ClientConnection client) {
    this.client = client;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(event);
    if (event instanceof SslHandshakeCompletionEvent) {
      boolean streams = MeshLoop.agreedOnHttp2(ctx);
      ctx.pipeline().remove(this);
      if (streams) {
        client.toStreams(0, Unpooled.EMPTY_BUFFER);
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // Nothing is read before the handshake is over, so that this connection has none.
    ctx.pipeline().remove(this);
    ctx.fireChannelRead(message);
  }
}
