package io.mamparo.mesh.defend;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.resilience.outlier.Host;
import io.mamparo.resilience.window.StripedCounter;
import io.mamparo.wire.tls.ClientTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What is known of one endpoint, as long as it exists. Shared by all loops. */
public final class EndpointState {
  /** How long an endpoint that refused a connection is left alone if there is another. */
  private static final double COLD = 0.1;

  private static final long REFUSAL_NANOS = 1_000_000_000L;

  private final String id;
  private final String host;
  private final int port;
  private final @Nullable InetSocketAddress literal;
  private final @Nullable ClientTls tls;
  private final StripedCounter inFlight;
  private final StripedCounter connections;
  private final PeakEwma[] latencies;
  private volatile @Nullable Host outlier;
  private volatile long healthySince;
  private volatile boolean warm = true;
  private boolean wasHealthy; // by whoever applies a configuration
  private volatile boolean removed;
  private volatile boolean refusing;
  private volatile long refusedUntil;

  EndpointState(MeshConfig.Endpoint config, int stripes, long now) {
    latencies = new PeakEwma[stripes];
    for (int i = 0; i < stripes; i++) {
      latencies[i] = new PeakEwma(now);
    }
    id = config.id();
    host = config.host();
    port = config.port();
    tls = config.tls();
    literal = literal(host, port);
    inFlight = new StripedCounter(stripes);
    connections = new StripedCounter(stripes);
  }

  private static @Nullable InetSocketAddress literal(String host, int port) {
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether a configured endpoint is this one. */
  boolean is(MeshConfig.Endpoint config) {
    return id.equals(config.id())
        && host.equals(config.host())
        && port == config.port()
        && tls == config.tls();
  }

  public String id() {
    return id;
  }

  /** Encrypts connections to it; null when they are not encrypted. */
  public @Nullable ClientTls tls() {
    return tls;
  }

  /** Its address if it is not a name. */
  public @Nullable InetSocketAddress literal() {
    return literal;
  }

  /** Its name or address, to be looked up. */
  public String host() {
    return host;
  }

  public int port() {
    return port;
  }

  /** It is configured anew; {@code fresh} when the service was there before it, or it recovered. */
  void configured(boolean healthy, boolean fresh, long now) {
    if (healthy && !wasHealthy && fresh) {
      healthySince = now;
      warm = false;
    }
    wasHealthy = healthy;
  }

  /** What of its weight it gets while it is new: from a tenth at the beginning of the window. */
  double warmth(long windowNanos, long now) {
    if (warm || windowNanos == 0) {
      return 1;
    }
    double part = (double) (now - healthySince) / windowNanos;
    if (part >= 1) {
      warm = true;
      return 1;
    }
    return Math.max(COLD, part);
  }

  /** How long it takes, as one loop sees it. */
  PeakEwma latency(int loop) {
    return latencies[loop];
  }

  /** Tries under way. */
  public StripedCounter inFlight() {
    return inFlight;
  }

  /** Open connections. */
  public StripedCounter connections() {
    return connections;
  }

  /** Whether it is no longer configured. */
  public boolean removed() {
    return removed;
  }

  void remove() {
    removed = true;
  }

  void judgedBy(@Nullable Host by) {
    outlier = by;
  }

  @Nullable Host judgedBy() {
    return outlier;
  }

  /** Whether it has been left out because of its failures. */
  public boolean ejected() {
    Host by = outlier;
    return by != null && by.ejected();
  }

  boolean ejected(long now) {
    Host by = outlier;
    return by != null && !by.available(now);
  }

  /** A try has succeeded. */
  public void onSuccess(int stripe, long tookNanos, long now) {
    latencies[stripe].success(tookNanos, now);
    if (refusing) {
      refusing = false;
    }
    Host by = outlier;
    if (by != null) {
      by.onSuccess(stripe);
    }
  }

  /** A try has failed. */
  public void onFailure(int stripe, long now) {
    latencies[stripe].failure(0, now);
    Host by = outlier;
    if (by != null) {
      by.onFailure(stripe, now);
    }
  }

  /**
   * A try was called off, for another endpoint was faster; it would have taken longer than this.
   */
  public void onSlower(int stripe, long tookNanos, long now) {
    latencies[stripe].atLeast(tookNanos, now);
  }

  /** It refused a connection: nobody is there. */
  public void onRefused(long now) {
    refusedUntil = now + REFUSAL_NANOS;
    refusing = true;
  }

  boolean refusing(long now) {
    return refusing && refusedUntil - now > 0;
  }
}
