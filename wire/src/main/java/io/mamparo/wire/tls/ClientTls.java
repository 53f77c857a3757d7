package io.mamparo.wire.tls;

import io.mamparo.kernel.Problem;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A caller's end of encrypted connections: whom it trusts and what it shows. Safe for use by
 * several threads.
 */
public final class ClientTls implements AutoCloseable {
  private static final long HANDSHAKE_MS = 5_000;

  /** How far a server has to prove who it is. */
  public enum Verify {
    /** Not at all: keeps out listeners only. */
    NOTHING,
    /** A certificate that one of the roots vouches for, for whatever host. */
    AUTHORITY,
    /** As that, and made for the host that was asked for. */
    FULL
  }

  /**
   * What it does.
   *
   * @param roots who may vouch for servers; empty means those the JDK trusts
   * @param identity shown to servers that ask; null for none
   * @param serverName asked for and verified in place of the host; null for the host
   * @param protocols that are spoken inside, best first (ALPN)
   */
  public record Settings(
      Verify verify,
      List<X509Certificate> roots,
      @Nullable Identity identity,
      @Nullable String serverName,
      List<String> protocols) {
    public Settings {
      roots = List.copyOf(roots);
      protocols = List.copyOf(protocols);
    }
  }

  private final Settings settings;
  private final SslContext context;

  /**
   * Ready for use.
   *
   * @throws Problem when the own certificate is unusable
   */
  public ClientTls(Settings settings) {
    this.settings = settings;
    try {
      SslContextBuilder builder = SslContextBuilder.forClient();
      if (settings.verify() == Verify.NOTHING) {
        builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
      } else if (!settings.roots().isEmpty()) {
        builder.trustManager(settings.roots());
      }
      // An empty name means: do not compare the host.
      builder.endpointIdentificationAlgorithm(settings.verify() == Verify.FULL ? "HTTPS" : "");
      Identity own = settings.identity();
      if (own != null) {
        builder.keyManager(OneKey.factory(own));
      }
      context = Engines.build(builder, true, settings.protocols());
    } catch (SSLException | IllegalArgumentException e) {
      throw new Problem(
          "client certificate",
          "it cannot be used for TLS (" + e.getMessage() + ")",
          "check the certificate, its key and the root certificates",
          e);
    }
  }

  /** What it was made with. */
  public Settings settings() {
    return settings;
  }

  /** The first handler of a connection to this host; the handshake begins at once. */
  public SslHandler handler(Channel channel, String host, int port) {
    String name = settings.serverName() == null ? host : settings.serverName();
    SslHandler handler = context.newHandler(channel.alloc(), name, port);
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
    if (NetUtil.createByteArrayFromIpAddressString(name) != null) {
      // No host is named by an address (RFC 6066, section 3).
      javax.net.ssl.SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setServerNames(List.of());
      handler.engine().setSSLParameters(parameters);
    }
    return handler;
  }

  /**
   * Why a handshake failed, in words for people.
   *
   * @param cause of the failure
   */
  public static String why(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    String message = String.valueOf(deepest.getMessage());
    if (message.contains("unable to find valid certification path")
        || message.contains("PKIX path building failed")) {
      return "no trusted authority vouches for its certificate";
    }
    if (message.contains("No subject alternative") || message.contains("No name matching")) {
      return "its certificate was made for another host (" + message + ")";
    }
    return message;
  }

  @Override
  public void close() {
    io.netty.util.ReferenceCountUtil.release(context);
  }
}
