package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.row;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.DatabaseProxyConfig.Login;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxySnapshot.Pool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of SHOW DATABASES, POOLS, USERS, LISTS and STATE. Stateless. */
final class PoolRows {
  private PoolRows() {}

  static List<List<@Nullable Object>> databases(Engine engine) {
    DatabaseProxyConfig config = engine.config();
    ProxySnapshot now = engine.observe();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (DatabaseProxyConfig.Database database : config.databases()) {
      List<Login> logins =
          config.logins().stream().filter(l -> l.database().equals(database.name())).toList();
      List<String> roles = logins.stream().map(Login::upstreamUser).distinct().toList();
      List<Pool> pools =
          now.pools().stream().filter(p -> p.database().equals(database.name())).toList();
      ProxySnapshot.Database state = state(now, database.name());
      String primary = state == null ? null : primary(state);
      rows.add(
          row(
              database.name(),
              primary == null ? database.servers().getFirst().host() : host(primary),
              primary == null ? database.servers().getFirst().port() : port(primary),
              database.dbname(),
              roles.size() == 1 ? roles.getFirst() : null,
              pools.stream().mapToInt(Pool::max).max().orElse(0),
              logins.stream().mapToInt(l -> l.pool().min()).max().orElse(0),
              0,
              logins.stream().mapToLong(l -> l.pool().lifetime().toSeconds()).max().orElse(0),
              mode(logins),
              null,
              most(database, pools),
              pools.stream().mapToInt(p -> p.active() + p.idle()).sum(),
              0,
              pools.stream().mapToInt(Pool::clients).sum(),
              state != null && state.paused() ? 1 : 0,
              state != null && state.disabled() ? 1 : 0));
    }
    return rows;
  }

  /** What its pools may have together, by their own limits or the database's. */
  private static int most(DatabaseProxyConfig.Database database, List<Pool> pools) {
    int all = pools.stream().mapToInt(Pool::max).sum();
    return database.connections() == 0 ? all : Math.min(all, database.connections());
  }

  /** That of all its pools; null when they differ. */
  private static @Nullable String mode(List<Login> logins) {
    List<String> modes = logins.stream().map(l -> l.pool().mode().words()).distinct().toList();
    return modes.size() == 1 ? modes.getFirst() : null;
  }

  private static ProxySnapshot.@Nullable Database state(ProxySnapshot now, String name) {
    return now.databases().stream().filter(d -> d.name().equals(name)).findFirst().orElse(null);
  }

  /** The address that writes go to; null when none is known. */
  private static @Nullable String primary(ProxySnapshot.Database database) {
    return database.servers().stream()
        .filter(server -> server.role().equals("primary"))
        .map(ProxySnapshot.Server::address)
        .findFirst()
        .orElse(null);
  }

  private static String host(String address) {
    return address.substring(0, address.lastIndexOf(':'));
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  static List<List<@Nullable Object>> pools(Engine engine) {
    ProxySnapshot now = engine.observe();
    Map<String, Long> oldest = new HashMap<>();
    boolean waiting = now.pools().stream().anyMatch(pool -> pool.waiting() > 0);
    if (waiting) {
      for (ProxyHolders.Client client : engine.holders().clients()) {
        if (client.state() == ProxyHolders.ClientState.WAITING) {
          oldest.merge(key(client.who()), client.stateNanos(), Math::max);
        }
      }
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Pool pool : now.pools()) {
      long wait =
          oldest.getOrDefault(
              key(new ProxyHolders.Who(pool.database(), pool.login(), pool.service())), 0L);
      rows.add(
          row(
              pool.database(),
              pool.login(),
              pool.clients() - pool.waiting(),
              pool.waiting(),
              0,
              0,
              pool.active(),
              0,
              0,
              pool.idle(),
              0,
              0,
              pool.connecting(),
              wait / 1_000_000_000,
              wait / 1_000 % 1_000_000,
              pool.mode().words(),
              null));
    }
    return rows;
  }

  private static String key(ProxyHolders.Who who) {
    return who.database() + '\0' + who.login();
  }

  static List<List<@Nullable Object>> users(Engine engine) {
    Map<String, int[]> byUser = new TreeMap<>();
    for (Pool pool : engine.observe().pools()) {
      int[] sums = byUser.computeIfAbsent(pool.login(), user -> new int[2]);
      sums[0] += pool.active() + pool.idle();
      sums[1] += pool.clients();
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    byUser.forEach((user, sums) -> rows.add(row(user, "", "", null, 0, sums[0], 0, sums[1])));
    return rows;
  }

  static List<List<@Nullable Object>> lists(Engine engine) {
    DatabaseProxyConfig config = engine.config();
    ProxySnapshot now = engine.observe();
    int idle = now.pools().stream().mapToInt(Pool::idle).sum();
    int active = now.pools().stream().mapToInt(Pool::active).sum();
    long users = config.logins().stream().map(Login::user).distinct().count();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    rows.add(row("databases", config.databases().size()));
    rows.add(row("users", users));
    rows.add(row("peers", 0));
    rows.add(row("pools", now.pools().size()));
    rows.add(row("peer_pools", 0));
    rows.add(row("free_clients", Math.max(0, now.clients().max() - now.clients().connected())));
    rows.add(row("used_clients", now.clients().connected()));
    rows.add(row("login_clients", Math.max(0, engine.connections() - now.clients().connected())));
    rows.add(row("free_servers", idle));
    rows.add(row("used_servers", active));
    for (String none : List.of("dns_names", "dns_zones", "dns_queries", "dns_pending")) {
      rows.add(row(none, 0));
    }
    return rows;
  }

  static List<List<@Nullable Object>> state(Engine engine) {
    List<ProxySnapshot.Database> all = engine.observe().databases();
    boolean paused = !all.isEmpty() && all.stream().allMatch(ProxySnapshot.Database::paused);
    return List.of(
        row("active", paused ? "no" : "yes"),
        row("paused", paused ? "yes" : "no"),
        row("suspended", "no"));
  }
}
