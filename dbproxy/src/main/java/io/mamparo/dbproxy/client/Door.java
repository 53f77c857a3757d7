package io.mamparo.dbproxy.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the connections. Safe for use by several threads. */
public final class Door {
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong handshakes = new AtomicLong();
  private final AtomicLong failedHandshakes = new AtomicLong();
  private volatile int limit;
  private volatile long loginNanos;

  /** A door with these limits. */
  public Door(int limit, long loginNanos) {
    configure(limit, loginNanos);
  }

  /** Takes new limits; who is inside stays. */
  public void configure(int newLimit, long newLoginNanos) {
    limit = newLimit;
    loginNanos = newLoginNanos;
  }

  /** Somebody knocks: whether that is one too many. {@link #left} must follow either way. */
  boolean tooMany() {
    if (inside.incrementAndGet() > limit) {
      refused.incrementAndGet();
      return true;
    }
    accepted.incrementAndGet();
    return false;
  }

  void left() {
    inside.decrementAndGet();
  }

  /** How long somebody may take to log in. */
  long loginNanos() {
    return loginNanos;
  }

  void handshake(boolean success) {
    (success ? handshakes : failedHandshakes).incrementAndGet();
  }

  /** How many may be inside. */
  public int limit() {
    return limit;
  }

  /** Connections now. */
  public int inside() {
    return inside.get();
  }

  /** Connections since the start. */
  public long accepted() {
    return accepted.get();
  }

  /** TLS handshakes that went well since the start. */
  public long handshakes() {
    return handshakes.get();
  }

  /** TLS handshakes that failed since the start. */
  public long failedHandshakes() {
    return failedHandshakes.get();
  }

  /** Refused since the start, because of the limit. */
  public long refused() {
    return refused.get();
  }
}
