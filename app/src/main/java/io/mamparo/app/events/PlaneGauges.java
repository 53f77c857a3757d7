package io.mamparo.app.events;

import io.mamparo.compute.DatabaseStatus;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.telemetry.EdgeProbe;
import io.mamparo.telemetry.Telemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the planes show of themselves, as metrics: looked at once a second by one virtual thread, so
 * that a scrape costs the planes nothing. Values are read by any thread.
 */
public final class PlaneGauges {
  private final Readings out;
  private volatile Map<String, MeshSnapshot.Edge> edges = Map.of();
  private volatile Map<String, String> databaseBreakers = Map.of();

  public PlaneGauges(Telemetry telemetry) {
    out = new Readings(telemetry);
  }

  /** Takes note of how things stand. One thread only. */
  public void look(
      MeshSnapshot mesh,
      ProxySnapshot proxy,
      List<ServiceStatus> services,
      Map<String, DatabaseStatus> databases) {
    mesh(mesh);
    proxy(proxy);
    services(services);
    for (DatabaseStatus database : databases.values()) {
      out.count(
          "mamparo_database_restarts_total",
          "Restarts of a managed database.",
          database.restarts(),
          "database",
          database.name());
    }
  }

  private void mesh(MeshSnapshot mesh) {
    Map<String, MeshSnapshot.Edge> now = new HashMap<>();
    for (MeshSnapshot.Edge edge : mesh.edges()) {
      now.put(edge.caller() + ">" + edge.service(), edge);
      String[] labels = {"from", edge.caller(), "to", edge.service()};
      out.gauge("mamparo_mesh_in_flight", "Requests under way.", (double) edge.inFlight(), labels);
      out.gauge(
          "mamparo_mesh_retry_budget",
          "Retries that the budget still allows.",
          edge.retryBudget(),
          labels);
      out.count(
          "mamparo_mesh_retries_refused_total",
          "Retries not made because the budget was spent.",
          edge.retriesRefused(),
          labels);
      out.count(
          "mamparo_mesh_denied_total",
          "Requests refused because no allow rule lets them through.",
          edge.denied(),
          labels);
      out.count(
          "mamparo_mesh_would_deny_total",
          "Requests that no allow rule lets through, in a dry run.",
          edge.wouldDeny(),
          labels);
      out.count(
          "mamparo_mesh_reconnects_total",
          "Requests sent again because a kept connection was just being closed.",
          edge.reconnects(),
          labels);
      hedges(edge, labels);
      if (edge.breaker() != null) {
        double state =
            switch (edge.breaker().state()) {
              case CLOSED -> 0;
              case HALF_OPEN -> 0.5;
              case OPEN -> 1;
            };
        out.gauge(
            "mamparo_mesh_breaker_open",
            "Breaker: 0 closed, 0.5 half-open, 1 open.",
            state,
            labels);
        out.count(
            "mamparo_mesh_breaker_rejected_total",
            "Requests refused by an open breaker.",
            edge.breaker().rejected(),
            labels);
      }
    }
    edges = now;
    for (MeshSnapshot.Service service : mesh.services()) {
      String[] labels = {"service", service.name()};
      out.gauge(
          "mamparo_mesh_concurrency",
          "Requests in flight that the bulkhead allows.",
          service.concurrency(),
          labels);
      out.gauge(
          "mamparo_mesh_service_in_flight",
          "Requests in flight to a service.",
          service.inFlight(),
          labels);
      out.count(
          "mamparo_mesh_bulkhead_refused_total",
          "Requests refused by a full bulkhead.",
          service.bulkheadRefused(),
          labels);
      out.count(
          "mamparo_mesh_mirrored_total",
          "Copies of requests sent to a service.",
          service.mirrored(),
          labels);
      out.count(
          "mamparo_mesh_mirror_left_out_total",
          "Copies of requests left out, to bound them.",
          service.mirrorLeftOut(),
          labels);
      long ejected = service.endpoints().stream().filter(MeshSnapshot.Endpoint::ejected).count();
      out.gauge(
          "mamparo_mesh_endpoints_ejected",
          "Endpoints left out as outliers.",
          (double) ejected,
          labels);
    }
    for (MeshSnapshot.RouteLimit limit : mesh.limits()) {
      out.count(
          "mamparo_mesh_rate_limited_total",
          "Requests answered 429 by a route's limit.",
          limit.refused(),
          "route",
          limit.route());
      out.count(
          "mamparo_mesh_rate_limit_keys_forgotten_total",
          "Keys of a route's limit that were given up because there were too many at once.",
          limit.forgotten(),
          "route",
          limit.route());
    }
    for (MeshSnapshot.Listener listener : mesh.listeners()) {
      out.gauge(
          "mamparo_mesh_connections",
          "Clients connected to a listener.",
          listener.connections(),
          "listener",
          listener.id());
      out.count(
          "mamparo_mesh_turned_away_total",
          "Clients turned away because there were too many.",
          listener.turnedAway(),
          "listener",
          listener.id());
      listener
          .limited()
          .forEach(
              (limit, times) ->
                  out.count(
                      "mamparo_mesh_limited_total",
                      "Times that clients ran into a limit of their connection.",
                      times,
                      "listener",
                      listener.id(),
                      "limit",
                      limit.text()));
    }
  }

  private void hedges(MeshSnapshot.Edge edge, String... labels) {
    MeshSnapshot.Hedges hedges = edge.hedges();
    out.gauge(
        "mamparo_mesh_hedge_budget",
        "Hedges that the budget still allows.",
        hedges.budget(),
        labels);
    out.count(
        "mamparo_mesh_hedges_total",
        "Second tries of requests whose endpoint did not answer soon.",
        hedges.sent(),
        labels);
    out.count(
        "mamparo_mesh_hedges_won_total",
        "Second tries that brought the answer.",
        hedges.won(),
        labels);
    hedges
        .suppressed()
        .forEach(
            (cause, times) ->
                out.count(
                    "mamparo_mesh_hedges_suppressed_total",
                    "Requests that were slow enough for a hedge and got none, by cause.",
                    times,
                    "from",
                    edge.caller(),
                    "to",
                    edge.service(),
                    "cause",
                    cause.text()));
  }

  private void proxy(ProxySnapshot proxy) {
    Map<String, String> breakers = new HashMap<>();
    for (ProxySnapshot.Pool pool : proxy.pools()) {
      breakers.put(pool.database(), pool.breaker());
      String[] labels = {"database", pool.database(), "login", pool.login()};
      out.gauge("mamparo_pool_max", "Server connections at most.", pool.max(), labels);
      out.gauge(
          "mamparo_pool_active", "Server connections lent to clients.", pool.active(), labels);
      out.gauge("mamparo_pool_idle", "Server connections open and free.", pool.idle(), labels);
      out.gauge(
          "mamparo_pool_waiting",
          "Clients waiting for a server connection.",
          pool.waiting(),
          labels);
      out.count(
          "mamparo_pool_borrows_total",
          "Transactions that got a server connection.",
          pool.borrows(),
          labels);
      out.count(
          "mamparo_pool_timeouts_total",
          "Transactions that waited in vain.",
          pool.timeouts(),
          labels);
      out.count(
          "mamparo_pool_refused_total", "Transactions refused at once.", pool.refused(), labels);
      out.gauge(
          "mamparo_pool_connecting", "Server connections being opened.", pool.connecting(), labels);
      out.gauge("mamparo_pool_clients", "Clients logged in.", pool.clients(), labels);
      out.gauge(
          "mamparo_pool_wait_p99_seconds",
          "Wait for a server connection that 99 % stayed below, since the start.",
          pool.waits().quantileMs(0.99) / 1e3,
          labels);
      for (PinReason reason : PinReason.values()) {
        out.gauge(
            "mamparo_pool_pinned",
            "Clients that keep their server connection between transactions, by cause.",
            pool.pinned().getOrDefault(reason, 0),
            "database",
            pool.database(),
            "login",
            pool.login(),
            "reason",
            reason.words());
      }
    }
    databaseBreakers = breakers;
    proxy.databases().forEach(this::servers);
    out.gauge(
        "mamparo_dbproxy_clients", "Clients of the database proxy.", proxy.clients().connected());
    out.gauge(
        "mamparo_dbproxy_clients_max",
        "Clients of the database proxy at most.",
        proxy.clients().max());
    out.count(
        "mamparo_dbproxy_clients_refused_total",
        "Clients refused because of the limit.",
        proxy.clients().refused());
  }

  private void servers(ProxySnapshot.Database database) {
    String[] labels = {"database", database.name()};
    out.gauge(
        "mamparo_database_paused", "Whether it is paused.", database.paused() ? 1 : 0, labels);
    out.gauge(
        "mamparo_database_connections",
        "Server connections of all pools of a database.",
        database.open(),
        labels);
    out.gauge(
        "mamparo_database_connections_max",
        "Server connections that all pools may have together; 0 for no common limit.",
        database.limit(),
        labels);
    for (ProxySnapshot.Server server : database.servers()) {
      String[] both = {"database", database.name(), "server", server.address()};
      out.gauge(
          "mamparo_database_server_primary",
          "Whether writes go to a server.",
          server.role().equals("primary") ? 1 : 0,
          both);
      out.gauge(
          "mamparo_database_server_rival",
          "Whether a server takes writes and should not.",
          server.role().equals("rival") ? 1 : 0,
          both);
      out.gauge(
          "mamparo_database_server_up",
          "Whether a server answers.",
          server.answers() ? 1 : 0,
          both);
      out.gauge(
          "mamparo_database_replica_lag_bytes",
          "What a replica has not replayed.",
          (double) server.lagBytes(),
          both);
      out.gauge(
          "mamparo_database_replica_lag_seconds",
          "How long ago a replica had everything.",
          server.lagNanos() / 1e9,
          both);
    }
  }

  /** Takes note of what has passed through the database proxy. The same thread. */
  public void totals(List<ProxyTotals> totals) {
    for (ProxyTotals one : totals) {
      String[] labels = {"database", one.database(), "login", one.login()};
      ProxyTotals.Sums sums = one.total();
      out.count(
          "mamparo_dbproxy_transactions_total",
          "Transactions that ended.",
          sums.transactions(),
          labels);
      out.count(
          "mamparo_dbproxy_statements_total",
          "Query messages, and batches up to a Sync, that ended.",
          sums.statements(),
          labels);
      out.count("mamparo_dbproxy_received_bytes_total", "Sent by clients.", sums.bytesIn(), labels);
      out.count("mamparo_dbproxy_sent_bytes_total", "Sent to clients.", sums.bytesOut(), labels);
      out.count(
          "mamparo_dbproxy_transaction_seconds_total",
          "Time in transactions, idle in them included.",
          sums.transactionNanos(),
          labels);
      out.count(
          "mamparo_dbproxy_statement_seconds_total",
          "Time executing statements.",
          sums.statementNanos(),
          labels);
      out.count(
          "mamparo_dbproxy_wait_seconds_total",
          "Time waiting for server connections.",
          sums.waitNanos(),
          labels);
      out.count(
          "mamparo_dbproxy_client_parses_total",
          "Parse messages of clients.",
          sums.clientParses(),
          labels);
      out.count(
          "mamparo_dbproxy_server_parses_total",
          "Parse messages to servers; fewer where statements are shared.",
          sums.serverParses(),
          labels);
    }
  }

  private void services(List<ServiceStatus> services) {
    for (ServiceStatus service : services) {
      String[] labels = {"service", service.name()};
      out.gauge(
          "mamparo_service_replicas_desired",
          "Replicas that should run.",
          service.desired(),
          labels);
      out.gauge(
          "mamparo_service_replicas_healthy",
          "Replicas that pass their checks.",
          service.healthy(),
          labels);
      long restarts = service.replicas().stream().mapToLong(ReplicaStatus::restarts).sum();
      out.count("mamparo_service_restarts_total", "Restarts of replicas.", restarts, labels);
    }
  }

  /** What is known of an HTTP edge; a moment old at most. */
  public EdgeProbe http(String from, String to) {
    String key = from + ">" + to;
    return new EdgeProbe() {
      @Override
      public long inFlight() {
        MeshSnapshot.Edge edge = edges.get(key);
        return edge == null ? 0 : edge.inFlight();
      }

      @Override
      public String breaker() {
        MeshSnapshot.Edge edge = edges.get(key);
        return edge == null || edge.breaker() == null ? "closed" : edge.breaker().state().text();
      }
    };
  }

  /** What is known of the edge to a database. */
  public EdgeProbe sql(String from, String node) {
    return new EdgeProbe() {
      @Override
      public long inFlight() {
        return 0;
      }

      @Override
      public String breaker() {
        return databaseBreakers.getOrDefault(Nodes.plain(node), "closed");
      }
    };
  }
}
