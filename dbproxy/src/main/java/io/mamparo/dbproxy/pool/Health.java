package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.BreakerState;
import io.mamparo.resilience.breaker.WindowSpec;
import java.time.Duration;

/**
 * Whether a database can be reached: its breaker, and since when it could not. Failures to connect
 * and lost connections count; SQL errors never come here. Safe for use by several threads, each
 * with its own stripe.
 */
public final class Health {
  private final Breaker breaker;
  private volatile BreakerSettings settings;
  private volatile boolean down;
  private volatile long downSince;

  /** A healthy database. */
  public Health(
      String database, BreakerSettings settings, int stripes, ProxyListener listener, long now) {
    this.settings = settings;
    breaker =
        new Breaker(
            database,
            config(settings),
            stripes,
            (b, from, to, cause, generation, calls, failures, slow, at) ->
                listener.onBreaker(database, from.text(), to.text()),
            now);
  }

  private static BreakerConfig config(BreakerSettings settings) {
    return BreakerConfig.defaults()
        .withWindow(new WindowSpec.OfTime(Duration.ofSeconds(10), 10))
        .withMinimumCalls(settings.minimumCalls())
        .withFailureRate(settings.failures())
        .withSlowCall(Duration.ofSeconds(5))
        .withOpenFor(settings.open())
        .withProbes(1)
        .withProbeTimeout(Duration.ofSeconds(6));
  }

  /** Takes new settings. */
  public void configure(BreakerSettings to, long now) {
    if (!to.equals(settings)) {
      settings = to;
      breaker.reconfigure(config(to), now);
    }
  }

  /** Asks to try a connection; negative when it should not be tried now. */
  long acquire(int stripe, long now) {
    return breaker.acquire(stripe, now);
  }

  void connected(int stripe, long permit, long nanos, long now) {
    down = false;
    breaker.onSuccess(stripe, permit, nanos, now);
  }

  void notConnected(int stripe, long permit, long nanos, long now) {
    markDown(now);
    breaker.onFailure(stripe, permit, nanos, now);
  }

  /** The server answered, though not with a connection. */
  void answered(int stripe, long permit, long now) {
    breaker.onIgnored(stripe, permit, now);
  }

  void lost(int stripe, long now) {
    long permit = breaker.acquire(stripe, now);
    if (permit >= 0) {
      markDown(now);
      breaker.onFailure(stripe, permit, 0, now);
    }
  }

  private void markDown(long now) {
    if (!down) {
      downSince = now;
      down = true;
    }
  }

  /** Whether it has been down for longer than {@code nanos} and the breaker has given it up. */
  boolean hopeless(long nanos, long now) {
    return down && now - downSince > nanos && breaker.state() != BreakerState.CLOSED;
  }

  /** closed, open or half-open. */
  public String state() {
    return breaker.state().text();
  }
}
