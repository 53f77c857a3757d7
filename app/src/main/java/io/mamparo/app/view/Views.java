package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.events.Nodes;
import io.mamparo.app.life.Observed;
import io.mamparo.compute.DatabaseStatus;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.kernel.Clock;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.telemetry.ServiceMap;
import io.mamparo.telemetry.SloStatus;
import io.mamparo.telemetry.StatementStats;
import io.mamparo.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What the console shows, made anew for each question. Safe for use by several threads. */
public final class Views {
  private static final Duration NOW = Duration.ofSeconds(10);
  private static final int STATEMENTS = 100;

  private final Telemetry telemetry;
  private final Supplier<Observed> observe;
  private final Supplier<ArrayNode> faults;
  private final Clock clock;
  private final ProxyView.Sources sources;

  /**
   * Views of a running stack.
   *
   * @param holders who holds what at the database proxy
   * @param totals what has passed through it
   */
  public Views(
      Telemetry telemetry,
      Supplier<Observed> observe,
      Supplier<ArrayNode> faults,
      Supplier<ProxyHolders> holders,
      Supplier<List<ProxyTotals>> totals,
      Clock clock) {
    this.sources = new ProxyView.Sources(holders, totals);
    this.telemetry = telemetry;
    this.observe = observe;
    this.faults = faults;
    this.clock = clock;
  }

  /** The map, the objectives in brief, and the faults in force. */
  public ObjectNode overview(boolean ready) {
    Observed observed = observe.get();
    ServiceMap map = telemetry.map(NOW);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("time", clock.epochNanos() / 1_000_000_000L);
    json.put("stack", observed.stack().name()).put("ready", ready);
    ArrayNode nodes = json.putArray("nodes");
    map.nodes().forEach(node -> nodes.add(MapView.node(node, observed)));
    MapView.edges(json.putArray("edges"), map, edge -> true);
    ArrayNode slos = json.putArray("slos");
    telemetry.slos().forEach(status -> slos.add(SloView.of(status)));
    json.set("faults", faults.get());
    return json;
  }

  /** One service. */
  public Optional<ObjectNode> service(String name, Duration window) {
    Observed observed = observe.get();
    if (!observed.stack().services().containsKey(name)) {
      return Optional.empty();
    }
    ServiceMap map = telemetry.map(NOW);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", name);
    map.nodes().stream()
        .filter(node -> node.name().equals(name))
        .forEach(node -> json.set("node", MapView.node(node, observed)));
    MapView.edges(json.putArray("edgesIn"), map, edge -> edge.to().equals(name));
    MapView.edges(json.putArray("edgesOut"), map, edge -> edge.from().equals(name));
    replicas(json.putArray("replicas"), name, observed);
    ArrayNode slos = json.putArray("slo");
    objectives(name).forEach(status -> slos.add(SloView.of(status)));
    Numbers.series(json, telemetry.seriesOf(name, window));
    return Optional.of(json);
  }

  private List<SloStatus> objectives(String service) {
    return telemetry.slos().stream().filter(s -> s.spec().service().equals(service)).toList();
  }

  private static void replicas(ArrayNode into, String service, Observed observed) {
    ServiceStatus status = MapView.status(service, observed);
    if (status == null) {
      return;
    }
    for (ReplicaStatus replica : status.replicas()) {
      ObjectNode json = StatusView.replica(replica);
      json.put("health", replica.state().ready() ? "healthy" : "unhealthy");
      Optional<MeshSnapshot.Endpoint> endpoint = endpoint(service, replica, observed);
      json.put("inFlight", endpoint.map(MeshSnapshot.Endpoint::inFlight).orElse(0L));
      json.put("ejected", endpoint.map(MeshSnapshot.Endpoint::ejected).orElse(false));
      into.add(json);
    }
  }

  private static Optional<MeshSnapshot.Endpoint> endpoint(
      String service, ReplicaStatus replica, Observed observed) {
    return observed.mesh().services().stream()
        .filter(s -> s.name().equals(service))
        .flatMap(s -> s.endpoints().stream())
        .filter(e -> e.id().equals(replica.instance()))
        .findFirst();
  }

  /** One database. */
  public Optional<ObjectNode> database(String name, Duration window) {
    Observed observed = observe.get();
    DatabaseSpec spec = observed.stack().databases().get(name);
    if (spec == null) {
      return Optional.empty();
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    DatabaseStatus status = observed.databases().get(name);
    json.put("name", name);
    json.put("managed", spec instanceof DatabaseSpec.Managed);
    json.put(
        "state",
        status == null ? "waiting" : status.state().name().toLowerCase(java.util.Locale.ROOT));
    json.put("reason", status == null ? null : status.reason());
    json.put("version", status == null ? null : status.version());
    json.put("upstream", status == null ? null : status.host() + ":" + status.port());
    pools(json, name, observed.proxy());
    ProxyView.holders(
        json, sources.holders().get(), client -> client.who().database().equals(name));
    ArrayNode statements = json.putArray("statements");
    telemetry
        .statements(name, STATEMENTS)
        .forEach(stats -> statements.add(ProxyView.statement(stats)));
    Numbers.series(json, telemetry.seriesOf(Nodes.database(name), window));
    return Optional.of(json);
  }

  private static void pools(ObjectNode json, String database, ProxySnapshot proxy) {
    ArrayNode pools = json.putArray("pools");
    int connected = 0;
    int active = 0;
    int waiting = 0;
    for (ProxySnapshot.Pool pool : proxy.pools()) {
      if (pool.database().equals(database)) {
        connected += pool.clients();
        active += pool.active();
        waiting += pool.waiting();
        pools.add(ProxyView.pool(pool));
      }
    }
    json.putObject("clients")
        .put("connected", connected)
        .put("active", active)
        .put("waiting", waiting)
        .put("max", proxy.clients().max());
  }

  /** The database proxy: pools, who holds what, pins, statements. */
  public ObjectNode proxy() {
    Observed observed = observe.get();
    Map<String, List<StatementStats>> statements = new TreeMap<>();
    for (String database : observed.stack().databases().keySet()) {
      statements.put(database, telemetry.statements(database, STATEMENTS));
    }
    ObjectNode json = ProxyView.of(observed.proxy(), sources, statements);
    json.put("time", clock.epochNanos() / 1_000_000_000.0).put("stack", observed.stack().name());
    return json;
  }

  /** All objectives. */
  public ObjectNode slos() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode slos = json.putArray("slos");
    telemetry.slos().forEach(status -> slos.add(SloView.of(status)));
    return json;
  }

  /** Those of one service, with their past. */
  public Optional<ObjectNode> slo(String service) {
    if (!observe.get().stack().services().containsKey(service)) {
      return Optional.empty();
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("service", service);
    ArrayNode slos = json.putArray("slos");
    for (SloStatus status : objectives(service)) {
      ObjectNode one = SloView.of(status);
      SloView.history(one, telemetry.sloHistory(status.spec()));
      slos.add(one);
    }
    return Optional.of(json);
  }

  /** Traces that match. */
  public ObjectNode traces(Map<String, String> query) {
    return TraceView.list(telemetry.traces(TraceView.query(query)));
  }

  /** One trace. */
  public Optional<ObjectNode> trace(String traceId) {
    return telemetry.trace(traceId).map(TraceView::of);
  }

  /** Prometheus text. */
  public String metrics() {
    return telemetry.prometheus();
  }
}
