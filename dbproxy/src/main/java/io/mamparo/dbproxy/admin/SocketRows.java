package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.row;

import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxyHolders.Client;
import io.mamparo.dbproxy.ProxyHolders.ClientState;
import io.mamparo.dbproxy.ProxyHolders.Ends;
import io.mamparo.dbproxy.ProxyHolders.Server;
import io.mamparo.dbproxy.ProxyHolders.ServerState;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of SHOW CLIENTS, SERVERS, SOCKETS and ACTIVE_SOCKETS. Stateless. */
final class SocketRows {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss z").withZone(ZoneId.systemDefault());

  private SocketRows() {}

  static List<List<@Nullable Object>> clients(Engine engine) {
    return clients(engine.holders(), "", false, false);
  }

  static List<List<@Nullable Object>> servers(Engine engine) {
    return servers(engine.holders(), "", false, false);
  }

  static List<List<@Nullable Object>> sockets(Engine engine) {
    return sockets(engine, false);
  }

  static List<List<@Nullable Object>> activeSockets(Engine engine) {
    return sockets(engine, true);
  }

  private static List<List<@Nullable Object>> sockets(Engine engine, boolean activeOnly) {
    ProxyHolders holders = engine.holders();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    rows.addAll(clients(holders, "cl_", true, activeOnly));
    rows.addAll(servers(holders, "sv_", true, activeOnly));
    return rows;
  }

  private static List<List<@Nullable Object>> clients(
      ProxyHolders holders, String prefix, boolean buffers, boolean activeOnly) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Client client : holders.clients()) {
      if (activeOnly && client.state() == ClientState.IDLE) {
        continue;
      }
      boolean waiting = client.state() == ClientState.WAITING;
      rows.add(
          withBuffers(
              buffers,
              row(
                  "C",
                  client.who().login(),
                  client.who().database(),
                  "none",
                  prefix + state(client.state()),
                  client.ends().address(),
                  client.ends().port(),
                  client.ends().localAddress(),
                  client.ends().localPort(),
                  time(client.connectedAt()),
                  time(System.currentTimeMillis() - client.stateNanos() / 1_000_000),
                  waiting ? client.stateNanos() / 1_000_000_000 : 0,
                  waiting ? client.stateNanos() / 1_000 % 1_000_000 : 0,
                  0,
                  pointer(client.id()),
                  pointer(client.server()),
                  client.backendPid(),
                  client.ends().tls(),
                  client.application(),
                  client.prepared(),
                  client.id())));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> servers(
      ProxyHolders holders, String prefix, boolean buffers, boolean activeOnly) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Server server : holders.servers()) {
      if (activeOnly && server.state() == ServerState.IDLE) {
        continue;
      }
      Ends ends = server.ends();
      rows.add(
          withBuffers(
              buffers,
              row(
                  "S",
                  server.who().login(),
                  server.who().database(),
                  "none",
                  prefix + server.state().words(),
                  ends.address(),
                  ends.port(),
                  ends.localAddress(),
                  ends.localPort(),
                  time(server.openedAt()),
                  time(System.currentTimeMillis() - server.stateNanos() / 1_000_000),
                  0,
                  0,
                  server.closing() ? 1 : 0,
                  pointer(server.key()),
                  pointer(server.client()),
                  server.pid(),
                  ends.tls(),
                  server.application(),
                  server.prepared(),
                  server.pid())));
    }
    return rows;
  }

  /** PgBouncer calls a client active as long as it is linked to a server connection. */
  private static String state(ClientState state) {
    return state.holds() ? "active" : state.words();
  }

  private static List<@Nullable Object> withBuffers(boolean buffers, List<@Nullable Object> row) {
    if (!buffers) {
      return row;
    }
    List<@Nullable Object> longer = new ArrayList<>(row);
    for (int i = 0; i < 7; i++) {
      longer.add(0);
    }
    return longer;
  }

  static String time(long epochMillis) {
    return TIME.format(Instant.ofEpochMilli(epochMillis));
  }

  private static String pointer(long key) {
    return key == 0 ? "" : "0x" + Long.toHexString(key);
  }
}
