package io.mamparo.wire.tls;

import io.mamparo.kernel.Problem;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A listener's end of encrypted connections: which certificates it shows, and what it asks of
 * clients. Certificates are replaced at any time by {@link #show}; connections that are open, or in
 * their handshake, go on with the ones they began with. Safe for use by several threads.
 *
 * <p>The first byte tells encrypted from plain connections ({@link #looksLikeTls}), so that one
 * port takes both and nobody waits.
 */
public final class ServerTls implements AutoCloseable {
  /** The first byte of a TLS record with a handshake message. */
  private static final int HANDSHAKE = 0x16;

  private static final long HANDSHAKE_MS = 10_000;

  /** A loop may just be making a connection's engine from a context that was replaced. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Settings settings;
  private final ArrayDeque<Retired> retired = new ArrayDeque<>(); // guarded by this
  private volatile List<Shown> shown = List.of();

  /**
   * What does not change with the certificates.
   *
   * @param protocols that are spoken inside, best first (ALPN); empty when that is not negotiated
   * @param tls12 whether TLS 1.2 is good enough
   * @param clientRoots who may vouch for clients' certificates; empty when none are asked for
   */
  public record Settings(List<String> protocols, boolean tls12, List<X509Certificate> clientRoots) {
    public Settings {
      protocols = List.copyOf(protocols);
      clientRoots = List.copyOf(clientRoots);
    }
  }

  private record Shown(Identity identity, SslContext context, Tickets tickets) {}

  private record Retired(SslContext context, long since) {}

  /** Shows nothing yet. */
  public ServerTls(Settings settings) {
    this.settings = settings;
  }

  /** Whether a connection that begins with this byte is encrypted. */
  public static boolean looksLikeTls(int firstByte) {
    return firstByte == HANDSHAKE;
  }

  /** What it was made with. */
  public Settings settings() {
    return settings;
  }

  /** Whether there is a certificate to show. */
  public boolean ready() {
    return !shown.isEmpty();
  }

  /** What it shows now. */
  public List<Identity> identities() {
    return shown.stream().map(Shown::identity).toList();
  }

  /**
   * Shows these from the next connection on. A client that names the host it wants (SNI) is shown
   * the first that was made for it, others the first.
   *
   * @throws Problem when one is unusable; what was shown before then still is
   */
  public synchronized void show(List<Identity> identities) {
    List<Shown> before = shown;
    List<Shown> next = new ArrayList<>();
    for (Identity identity : identities) {
      Shown kept =
          before.stream().filter(s -> s.identity().equals(identity)).findFirst().orElse(null);
      next.add(kept == null ? shown(identity) : kept);
    }
    shown = List.copyOf(next);
    long now = System.nanoTime();
    while (!retired.isEmpty() && now - retired.getFirst().since() > REST_NANOS) {
      ReferenceCountUtil.release(retired.removeFirst().context());
    }
    for (Shown old : before) {
      if (!next.contains(old)) {
        retired.addLast(new Retired(old.context(), now));
      }
    }
  }

  /** Replaces the keys of session tickets when they are old; to be called now and then. */
  public synchronized void refresh() {
    long now = System.nanoTime();
    shown.forEach(one -> one.tickets().refresh(now));
  }

  private Shown shown(Identity identity) {
    SslContext context = context(identity);
    return new Shown(identity, context, new Tickets(context, System.nanoTime()));
  }

  private SslContext context(Identity identity) {
    try {
      SslContextBuilder builder = SslContextBuilder.forServer(OneKey.factory(identity));
      if (!settings.clientRoots().isEmpty()) {
        builder.trustManager(settings.clientRoots()).clientAuth(ClientAuth.OPTIONAL);
      }
      return Engines.build(builder, settings.tls12(), settings.protocols());
    } catch (SSLException | IllegalArgumentException e) {
      throw new Problem(
          "certificate of " + identity.certificate().getSubjectX500Principal().getName(),
          "it cannot be used for TLS (" + e.getMessage() + ")",
          "give an RSA key of 2048 bits or more, or an EC key on P-256, P-384 or P-521",
          e);
    }
  }

  /**
   * The first handler of a connection that is encrypted, with its first bytes unread. When the
   * handshake is done it fires {@link io.netty.handler.ssl.SslHandshakeCompletionEvent}, and {@link
   * TlsSession#of} knows more.
   */
  public ChannelHandler handler(Channel channel) {
    List<Shown> now = shown;
    if (now.isEmpty()) {
      throw new IllegalStateException("there is no certificate to show");
    }
    if (now.size() == 1) {
      return handler(channel, now.getFirst());
    }
    return new ByName(now);
  }

  private static SslHandler handler(Channel channel, Shown one) {
    channel.attr(TlsSession.SHOWN).set(one.identity());
    SslHandler handler = one.context().newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
    return handler;
  }

  private static Shown choose(List<Shown> all, @Nullable String host) {
    if (host != null) {
      for (Shown one : all) {
        if (one.identity().isFor(host)) {
          return one;
        }
      }
    }
    return all.getFirst();
  }

  /** Waits for the client's first message and then makes way for what it asks for. */
  private static final class ByName extends SniHandler {
    private final List<Shown> all;

    ByName(List<Shown> all) {
      super((io.netty.util.Mapping<String, SslContext>) host -> choose(all, host).context());
      this.all = all;
    }

    @Override
    protected void replaceHandler(ChannelHandlerContext ctx, String hostname, SslContext context)
        throws Exception {
      ctx.channel().attr(TlsSession.SHOWN).set(choose(all, hostname).identity());
      super.replaceHandler(ctx, hostname, context);
    }

    @Override
    protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
      SslHandler handler = super.newSslHandler(context, allocator);
      handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
      return handler;
    }
  }

  /** Lets go of everything; connections that are open go on. */
  @Override
  public synchronized void close() {
    shown.forEach(one -> ReferenceCountUtil.release(one.context()));
    retired.forEach(one -> ReferenceCountUtil.release(one.context()));
    retired.clear();
    shown = List.of();
  }
}
