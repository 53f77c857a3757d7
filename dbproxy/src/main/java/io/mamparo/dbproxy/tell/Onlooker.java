package io.mamparo.dbproxy.tell;

import io.mamparo.dbproxy.ProxyHolders;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What can be seen of a connection from outside. Stateless. */
public final class Onlooker {
  private Onlooker() {}

  /** Both ends of a connection. */
  public static ProxyHolders.Ends ends(Channel channel) {
    InetSocketAddress peer = internet(channel.remoteAddress());
    InetSocketAddress own = internet(channel.localAddress());
    return new ProxyHolders.Ends(host(peer), port(peer), host(own), port(own), encryption(channel));
  }

  private static @Nullable InetSocketAddress internet(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress internet ? internet : null;
  }

  private static String host(@Nullable InetSocketAddress address) {
    if (address == null) {
      return "";
    }
    return address.getAddress() == null
        ? address.getHostString()
        : address.getAddress().getHostAddress();
  }

  private static int port(@Nullable InetSocketAddress address) {
    return address == null ? 0 : address.getPort();
  }

  private static String encryption(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return "";
    }
    SSLSession session = tls.engine().getSession();
    return session.getProtocol() + "/" + session.getCipherSuite();
  }
}
