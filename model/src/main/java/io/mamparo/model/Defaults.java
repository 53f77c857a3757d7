package io.mamparo.model;

import static io.mamparo.model.RetrySpec.Condition.BAD_GATEWAY;
import static io.mamparo.model.RetrySpec.Condition.CONNECT;
import static io.mamparo.model.RetrySpec.Condition.GATEWAY_TIMEOUT;
import static io.mamparo.model.RetrySpec.Condition.RESET;
import static io.mamparo.model.RetrySpec.Condition.TIMEOUT;
import static io.mamparo.model.RetrySpec.Condition.UNAVAILABLE;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What holds where a stack file says nothing: the one place for it. {@code docs/stack-file.md}
 * documents them.
 */
public final class Defaults {
  /** Ports on the loopback interface, moved by {@code --port-offset}. */
  public static final int INGRESS_PORT = 8080;

  /** The database proxy's port. */
  public static final int PROXY_PORT = 6432;

  /** The console's and control API's port. */
  public static final int CONSOLE_PORT = 7070;

  /** Long enough for a slow start, short enough to notice a program that never comes up. */
  public static final HealthSpec HEALTH =
      new HealthSpec(null, false, seconds(1), seconds(1), 1, 2, seconds(30));

  /** 20 % as in Finagle and Linkerd; three tries; only what the server has not acted on. */
  public static final RetrySpec RETRIES =
      new RetrySpec(
          Percentage.of(20),
          Rate.perSecond(10),
          3,
          Set.of(CONNECT, RESET, TIMEOUT, BAD_GATEWAY, UNAVAILABLE, GATEWAY_TIMEOUT),
          Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE"),
          ByteSize.kib(64),
          Duration.ofMillis(25));

  /** One try. */
  public static final RetrySpec NO_RETRIES =
      new RetrySpec(
          RETRIES.budget(),
          RETRIES.reserve(),
          1,
          Set.of(),
          Set.of(),
          ByteSize.kib(0),
          Duration.ZERO);

  /** What one in twenty requests takes longer than; one in twenty is hedged at most. */
  public static final HedgeSpec HEDGE = new HedgeSpec(HedgeSpec.Delay.P95, Percentage.of(5));

  /** Half of at least 20 calls in 10 seconds. */
  public static final BreakerSpec BREAKER =
      new BreakerSpec(Percentage.of(50), null, Percentage.of(80), seconds(10), seconds(10), 20, 10);

  /** Five failures in a row, as in Envoy; half of the replicas, for small services have few. */
  public static final OutlierSpec OUTLIERS =
      new OutlierSpec(5, seconds(30), seconds(300), Percentage.of(50));

  /** Protection of a service that asks for nothing. */
  public static final Guards GUARDS =
      new Guards(seconds(15), null, 256, RETRIES, BREAKER, OUTLIERS, HedgeSpec.OFF);

  /** Every service has an objective, so that its budget can be seen. */
  public static final SloSpec SLO =
      new SloSpec(
          Percentage.of(99.9),
          new SloSpec.Latency(Percentage.of(99), seconds(1)),
          Duration.ofDays(30));

  /** Half a second, doubled up to half a minute. */
  public static final RestartSpec RESTART =
      new RestartSpec(Duration.ofMillis(500), seconds(30), seconds(60));

  /** From SIGTERM to SIGKILL. */
  public static final Duration STOP_GRACE = seconds(10);

  /** Twenty connections a pool; clients wait two seconds at most. */
  public static final ProxySpec PROXY =
      new ProxySpec(
          Listen.on(PROXY_PORT),
          new ProxySpec.PoolSpec(
              0,
              20,
              1_000,
              seconds(2),
              Duration.ofMinutes(10),
              Duration.ofHours(1),
              seconds(30),
              500,
              Duration.ZERO,
              Duration.ZERO,
              Duration.ZERO,
              PoolMode.TRANSACTION),
          20_000,
          BREAKER,
          TlsSpec.OWN,
          List.of(),
          List.of());

  /** HTTP from outside. */
  public static final IngressSpec INGRESS =
      new IngressSpec(
          Listen.on(INGRESS_PORT),
          10_000,
          seconds(60),
          Duration.ofHours(1),
          seconds(10),
          ByteSize.kib(64),
          TlsSpec.OWN);

  /** A second, and a minute. */
  public static final TelemetrySpec.SlowLog SLOW_LOG =
      new TelemetrySpec.SlowLog(seconds(1), seconds(60));

  /** Ten traces a second for each entry point, then 1 %. */
  public static final TelemetrySpec TELEMETRY =
      new TelemetrySpec(
          new TelemetrySpec.Sampling(Rate.perSecond(10), Percentage.of(1), null),
          new TelemetrySpec.Retention(Duration.ofDays(3), ByteSize.gib(1)),
          new TelemetrySpec.Retention(Duration.ofDays(30), ByteSize.gib(1)),
          SLOW_LOG);

  /** Console and control API. */
  public static final ConsoleSpec CONSOLE = new ConsoleSpec(Listen.on(CONSOLE_PORT));

  private Defaults() {}

  /** A stack with nothing in it. */
  public static Stack stack(String name) {
    return new Stack(
        name,
        Map.of(),
        PROXY,
        INGRESS,
        Map.of(),
        List.of(),
        VisitorSpec.OFF,
        TELEMETRY,
        CONSOLE,
        MeshSpec.DEFAULT);
  }

  /** One replica of a service that asks for nothing. */
  public static ServiceSpec service(String name, Source source) {
    int replicas = source instanceof Source.Endpoints e ? e.endpoints().size() : 1;
    return new ServiceSpec(
        name,
        source,
        replicas,
        Map.of(),
        null,
        HEALTH,
        null,
        List.of(),
        GUARDS,
        SLO,
        RESTART,
        STOP_GRACE,
        TrafficSpec.DEFAULT);
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
