package io.mamparo.model.schema;

import io.mamparo.model.AccessSpec;
import io.mamparo.model.BreakerSpec;
import io.mamparo.model.ByteSize;
import io.mamparo.model.ConsoleSpec;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.Defaults;
import io.mamparo.model.IngressSpec;
import io.mamparo.model.Listen;
import io.mamparo.model.MeshSpec;
import io.mamparo.model.ProxySpec;
import io.mamparo.model.RouteSpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import io.mamparo.model.TelemetrySpec;
import io.mamparo.model.TlsSpec;
import io.mamparo.model.VisitorSpec;
import io.mamparo.model.yaml.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The whole stack file. */
public final class StackSchema {
  private static final Key<String> STACK =
      Key.required(
          "stack",
          Scalar.matching(
              "name",
              "[a-z]([a-z0-9-]{0,38}[a-z0-9])?",
              "1 to 40 lower-case letters, digits and '-', beginning with a letter"),
          "The stack's name.");
  private static final Key<Map<String, DatabaseSpec>> DATABASES =
      Key.of(
          "databases",
          Types.named(Reading.Kind.DATABASE, DatabaseSchema.SECTION),
          Map.of(),
          "none",
          "PostgreSQL databases. Each is reachable by its name through the database proxy.");
  private static final Key<ProxySpec> PROXY =
      Key.of("proxy", proxy(), Defaults.PROXY, "see there", "The database proxy.");
  private static final Key<IngressSpec> INGRESS =
      Key.of("ingress", ingress(), Defaults.INGRESS, "see there", "Where requests come in.");
  private static final Key<Map<String, ServiceSpec>> SERVICES =
      Key.of(
          "services",
          Types.named(Reading.Kind.SERVICE, ServiceSchema.SECTION),
          Map.of(),
          "none",
          "Services, by name.");
  private static final Key<List<RouteSpec>> ROUTES =
      Key.of(
          "routes",
          Types.list(RouteSchema.SECTION, "[{path: /cars*, to: cars}]"),
          List.of(),
          "none",
          "Which requests of the ingress go where. The first one that matches wins.");
  private static final Key<Optional<VisitorSpec>> VISITORS =
      Key.of(
          "visitors",
          Types.offOr(RouteSchema.VISITORS),
          Optional.of(VisitorSpec.OFF),
          "`off`",
          "Gentle traffic of Mamparo's own through the ingress, so that a stack nobody uses yet"
              + " shows life.");
  private static final Key<TelemetrySpec> TELEMETRY =
      Key.of("telemetry", telemetry(), Defaults.TELEMETRY, "see there", "Traces and metrics.");
  private static final Key<ConsoleSpec> CONSOLE =
      Key.of("console", console(), Defaults.CONSOLE, "see there", "Console and control API.");

  private static final Key<MeshSpec> MESH =
      Key.of(
          "mesh",
          TrafficSchema.mesh(),
          MeshSpec.DEFAULT,
          "see there",
          "What holds for all services: zone, authorization, access log.");

  static final Section<Stack> ROOT =
      Section.of(
              "",
              "Keys of the file itself.",
              List.of(
                  STACK, DATABASES, PROXY, INGRESS, SERVICES, ROUTES, VISITORS, TELEMETRY, CONSOLE,
                  MESH),
              f ->
                  PoolSchema.checked(
                      new Stack(
                          f.get(STACK),
                          f.get(DATABASES),
                          f.get(PROXY),
                          f.get(INGRESS),
                          f.get(SERVICES),
                          f.get(ROUTES),
                          f.get(VISITORS).orElse(VisitorSpec.OFF),
                          f.get(TELEMETRY),
                          f.get(CONSOLE),
                          f.get(MESH))))
          .with(RouteSchema::unreachable)
          .with(RouteSchema::mirrors);

  private StackSchema() {}

  /** Reads a file's tree; nothing when {@link Reading#findings} has some. */
  public static @Nullable Stack read(Node root, Reading reading) {
    Stack stack = ROOT.read(root, Reading.ROOT, reading);
    reading.finish();
    return reading.findings().isEmpty() ? stack : null;
  }

  /** The reference of all keys, in Markdown. */
  public static String documentation() {
    return Markdown.of(ROOT);
  }

  private static Section<ProxySpec> proxy() {
    Key<Listen> listen =
        Key.of(
            "listen",
            Scalar.listen(Defaults.PROXY_PORT),
            Defaults.PROXY.listen(),
            "`127.0.0.1:" + Defaults.PROXY_PORT + "`",
            "Where clients connect.");
    Key<ProxySpec.PoolSpec> pools =
        Key.of(
            "pools",
            PoolSchema.pools(),
            Defaults.PROXY.pools(),
            "see there",
            "Limits of every pool.");
    Key<Integer> clients =
        Key.of(
            "clients",
            Scalar.integer(1, 1_000_000),
            Defaults.PROXY.clients(),
            "Client connections at most; the next one is refused (53300).");
    Key<Optional<BreakerSpec>> breaker =
        Key.of(
            "breaker",
            Types.offOr(GuardSchema.breaker("proxy.breaker")),
            Optional.of(Defaults.BREAKER),
            "on",
            "Of each database.");
    Key<Optional<TlsSpec>> tls = SecuritySchema.proxy();
    Key<List<AccessSpec>> access = SecuritySchema.access();
    Key<List<String>> iam = SecuritySchema.iam();
    return Section.of(
        "proxy",
        "The database proxy. Every service has a login and a pool of its own in it.",
        List.of(listen, pools, clients, breaker, tls, access, iam),
        f ->
            new ProxySpec(
                f.get(listen),
                f.get(pools),
                f.get(clients),
                f.get(breaker).orElse(null),
                f.get(tls).orElse(null),
                f.get(access),
                f.get(iam)));
  }

  private static Section<IngressSpec> ingress() {
    IngressSpec d = Defaults.INGRESS;
    Key<Listen> listen =
        Key.of(
            "listen",
            Scalar.listen(Defaults.INGRESS_PORT),
            d.listen(),
            "`127.0.0.1:" + Defaults.INGRESS_PORT + "`",
            "Where requests come in.");
    Key<Integer> connections =
        Key.of(
            "connections",
            Scalar.integer(1, 1_000_000),
            d.connections(),
            "Client connections at most.");
    Key<Duration> idle =
        Key.of(
            "idle-timeout",
            Scalar.DURATION,
            d.idleTimeout(),
            "After which a connection without a request is closed.");
    Key<Duration> tunnel =
        Key.of(
            "tunnel-timeout",
            Scalar.DURATION,
            d.tunnelTimeout(),
            "After which an upgraded connection, such as a WebSocket, is closed when nothing moves on"
                + " it in either direction. A ping of either side is enough.");
    Key<Duration> header =
        Key.of(
            "header-timeout",
            Scalar.DURATION,
            d.headerTimeout(),
            "For a request's head, from its first byte.");
    Key<ByteSize> size =
        Key.of(
            "header-size",
            Scalar.SIZE,
            d.headerSize(),
            "Of a request's head at most; 1KiB to 1MiB.");
    Key<Optional<TlsSpec>> tls = SecuritySchema.ingress();
    return Section.of(
        "ingress",
        "Where requests from outside come in.",
        List.of(listen, connections, idle, tunnel, header, size, tls),
        f ->
            new IngressSpec(
                f.get(listen),
                f.get(connections),
                f.get(idle),
                f.get(tunnel),
                f.get(header),
                f.get(size),
                f.get(tls).orElse(null)));
  }

  private static Section<TelemetrySpec> telemetry() {
    TelemetrySpec d = Defaults.TELEMETRY;
    Key<TelemetrySpec.Sampling> sampling =
        Key.of("sampling", TelemetrySchema.SAMPLING, d.sampling(), "see there", "What is kept.");
    Key<TelemetrySpec.Retention> traces =
        Key.of(
            "traces",
            TelemetrySchema.retention("telemetry.traces", d.traces()),
            d.traces(),
            "see there",
            "How long traces are kept.");
    Key<TelemetrySpec.Retention> metrics =
        Key.of(
            "metrics",
            TelemetrySchema.retention("telemetry.metrics", d.metrics()),
            d.metrics(),
            "see there",
            "How long metrics are kept.");
    Key<Optional<TelemetrySpec.SlowLog>> slow =
        Key.of(
            "slow-log",
            Types.offOr(TelemetrySchema.SLOW_LOG),
            Optional.of(Defaults.SLOW_LOG),
            "on",
            "The log of slow statements and long transactions.");
    return Section.of(
        "telemetry",
        "Every request and statement counts in the metrics; traces are kept by a rule.",
        List.of(sampling, traces, metrics, slow),
        f ->
            new TelemetrySpec(
                f.get(sampling), f.get(traces), f.get(metrics), f.get(slow).orElse(null)));
  }

  private static Section<ConsoleSpec> console() {
    Key<Listen> listen =
        Key.of(
            "listen",
            Scalar.listen(Defaults.CONSOLE_PORT),
            Defaults.CONSOLE.listen(),
            "`127.0.0.1:" + Defaults.CONSOLE_PORT + "`",
            "Where browsers and the command line connect.");
    return Section.of(
        "console",
        "The console and the control API.",
        List.of(listen),
        f -> new ConsoleSpec(f.get(listen)));
  }
}
