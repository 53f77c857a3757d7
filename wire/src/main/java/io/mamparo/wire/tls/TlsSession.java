package io.mamparo.wire.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What was agreed on an encrypted connection. Immutable.
 *
 * @param server the server's certificate; null when unknown
 * @param client the client's certificate, verified; null when it showed none
 * @param protocol what is spoken inside, by ALPN; empty when that was not negotiated
 * @param version of TLS, for people
 * @param cipher for people
 */
public record TlsSession(
    @Nullable X509Certificate server,
    @Nullable X509Certificate client,
    String protocol,
    String version,
    String cipher) {
  static final AttributeKey<Identity> SHOWN = AttributeKey.valueOf(TlsSession.class, "shown");

  /** Of a channel whose handshake is done; null when the channel is not encrypted. */
  public static @Nullable TlsSession of(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    if (handler == null) {
      return null;
    }
    SSLSession session = handler.engine().getSession();
    Identity own = channel.attr(SHOWN).get();
    X509Certificate peer = peer(session);
    boolean asClient = handler.engine().getUseClientMode();
    String protocol = handler.applicationProtocol();
    return new TlsSession(
        asClient ? peer : own == null ? null : own.certificate(),
        asClient ? null : peer,
        protocol == null ? "" : protocol,
        session.getProtocol(),
        session.getCipherSuite());
  }

  private static @Nullable X509Certificate peer(SSLSession session) {
    try {
      Certificate[] peers = session.getPeerCertificates();
      return peers.length > 0 && peers[0] instanceof X509Certificate one ? one : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  /** What channel binding binds to; null when that cannot be said of this certificate. */
  public byte @Nullable [] endPoint() {
    return server == null ? null : Identity.endPoint(server);
  }
}
