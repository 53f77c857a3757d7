package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxyHolders.Client;
import io.mamparo.dbproxy.ProxyHolders.Pin;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.telemetry.StatementStats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The database proxy as people see it: pools, who holds what, pins, statements. Stateless. */
final class ProxyView {
  /** Clients that are shown one by one, those with the oldest transactions first. */
  static final int MOST_HOLDERS = 100;

  private ProxyView() {}

  /**
   * What can be asked of the proxy.
   *
   * @param holders each client and each server connection
   * @param totals what has passed through
   */
  record Sources(Supplier<ProxyHolders> holders, Supplier<List<ProxyTotals>> totals) {}

  /** All of it, for {@code mamparo db top}. */
  static ObjectNode of(
      ProxySnapshot proxy, Sources sources, Map<String, List<StatementStats>> statements) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("clients")
        .put("connected", proxy.clients().connected())
        .put("active", proxy.clients().active())
        .put("waiting", proxy.clients().waiting())
        .put("max", proxy.clients().max())
        .put("accepted", proxy.clients().accepted())
        .put("refused", proxy.clients().refused());
    List<ProxyTotals> totals = sources.totals().get();
    ArrayNode pools = json.putArray("pools");
    for (ProxySnapshot.Pool pool : proxy.pools()) {
      ObjectNode one = pool(pool).put("database", pool.database());
      totals.stream()
          .filter(t -> t.database().equals(pool.database()) && t.login().equals(pool.login()))
          .forEach(t -> one.set("total", sums(t.total())));
      pools.add(one);
    }
    ProxyHolders holders = sources.holders().get();
    holders(json, holders, client -> true);
    statements(json.putArray("statements"), statements);
    return json;
  }

  private static void statements(ArrayNode into, Map<String, List<StatementStats>> statements) {
    List<ObjectNode> rows = new ArrayList<>();
    statements.forEach(
        (database, all) ->
            all.forEach(stats -> rows.add(statement(stats).put("database", database))));
    rows.sort(
        Comparator.comparingDouble((ObjectNode row) -> row.path("totalMs").asDouble()).reversed());
    rows.forEach(into::add);
  }

  private static ObjectNode sums(ProxyTotals.Sums sums) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("transactions", sums.transactions())
        .put("statements", sums.statements())
        .put("bytesIn", sums.bytesIn())
        .put("bytesOut", sums.bytesOut())
        .put("transactionMs", sums.transactionNanos() / 1e6)
        .put("statementMs", sums.statementNanos() / 1e6)
        .put("waitMs", sums.waitNanos() / 1e6);
  }

  /** One login's pool. */
  static ObjectNode pool(ProxySnapshot.Pool pool) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("login", pool.login())
        .put("service", pool.service())
        .put("max", pool.max())
        .put("active", pool.active())
        .put("idle", pool.idle())
        .put("connecting", pool.connecting())
        .put("waiting", pool.waiting())
        .put("clients", pool.clients())
        .put("borrows", pool.borrows())
        .put("timeouts", pool.timeouts())
        .put("borrowWaitP99Ms", Numbers.rounded(pool.waits().quantileMs(0.99)))
        .put("refused", pool.refused())
        .put("breaker", pool.breaker())
        .put("mode", pool.mode().words());
    return json;
  }

  /** Clients that hold or wait, and how many are pinned for which reason. */
  static void holders(ObjectNode json, ProxyHolders holders, Predicate<Client> which) {
    ArrayNode rows = json.putArray("holders");
    Map<PinReason, Integer> pins = new EnumMap<>(PinReason.class);
    int more = 0;
    for (Client client : holders.busiest()) {
      if (!which.test(client)) {
        continue;
      }
      Pin pin = client.pin();
      if (pin != null) {
        pins.merge(pin.reason(), 1, Integer::sum);
      }
      if (rows.size() < MOST_HOLDERS) {
        rows.add(holder(client));
      } else {
        more++;
      }
    }
    json.put("moreHolders", more);
    ArrayNode causes = json.putArray("pins");
    pins.forEach(
        (reason, count) -> causes.addObject().put("reason", reason.words()).put("clients", count));
  }

  private static ObjectNode holder(Client client) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    Pin pin = client.pin();
    json.put("client", client.id())
        .put("address", client.ends().address() + ":" + client.ends().port())
        .put("application", client.application())
        .put("database", client.who().database())
        .put("login", client.who().login())
        .put("service", client.who().service())
        .put("state", client.state().words())
        .put("stateMs", client.stateNanos() / 1_000_000)
        .put("statement", text(client.statement()));
    if (client.transactionNanos() >= 0) {
      json.put("transactionMs", client.transactionNanos() / 1_000_000);
    }
    if (client.backendPid() != 0) {
      json.put("backendPid", client.backendPid());
    }
    if (pin != null) {
      json.putObject("pin")
          .put("reason", pin.reason().words())
          .put("statement", text(pin.statement()))
          .put("ms", pin.ageNanos() / 1_000_000);
    }
    return json;
  }

  private static @Nullable String text(@Nullable Fingerprint statement) {
    return statement == null ? null : statement.text();
  }

  /** One kind of statement. */
  static ObjectNode statement(StatementStats stats) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("fingerprint", stats.fingerprint()).put("text", stats.text());
    json.put("service", stats.service());
    json.put("calls", stats.calls()).put("rows", stats.rows()).put("bytes", stats.bytesOut());
    json.put("bytesIn", stats.bytesIn()).put("bytesOut", stats.bytesOut());
    json.put("totalMs", Numbers.rounded(stats.totalMs()));
    json.put("waitMs", Numbers.rounded(stats.waitMs()));
    json.put("p50Ms", Numbers.rounded(stats.p50Ms())).put("p95Ms", Numbers.rounded(stats.p95Ms()));
    json.put("p99Ms", Numbers.rounded(stats.p99Ms())).put("errors", stats.errors());
    json.put("waitP50Ms", Numbers.rounded(stats.waitP50Ms()));
    json.put("waitP99Ms", Numbers.rounded(stats.waitP99Ms()));
    ObjectNode states = json.putObject("errorsByState");
    stats.errorsByState().forEach(states::put);
    return json;
  }
}
