package io.mamparo.wire.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * Which engine encrypts: BoringSSL where its native library is there, for it costs a fraction of
 * the processor time of the JDK's; else the JDK's. Stateless.
 */
final class Engines {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private Engines() {}

  /** The best there is, or the one named by the system property mamparo.tls (openssl, jdk). */
  static SslProvider provider() {
    return switch (System.getProperty("mamparo.tls", "").toLowerCase(Locale.ROOT)) {
      case "jdk" -> SslProvider.JDK;
      case "openssl" -> SslProvider.OPENSSL_REFCNT;
      default -> OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    };
  }

  /**
   * Builds a context with what all have in common.
   *
   * @param oldest false for TLS 1.3 alone
   * @param alpn what is spoken inside, best first; empty when it is not negotiated
   */
  static SslContext build(SslContextBuilder builder, boolean oldest, List<String> alpn)
      throws SSLException {
    builder.sslProvider(provider()).protocols(oldest ? PROTOCOLS : new String[] {PROTOCOLS[0]});
    if (!alpn.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              alpn));
    }
    return builder.build();
  }
}
