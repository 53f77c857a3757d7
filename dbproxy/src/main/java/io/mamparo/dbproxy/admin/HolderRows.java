package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.row;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxyHolders.Client;
import io.mamparo.dbproxy.ProxyHolders.Pin;
import io.mamparo.dbproxy.ProxyHolders.Server;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of SHOW HOLDERS and SHOW PINS. Stateless. */
final class HolderRows {
  private HolderRows() {}

  /** Clients that hold or wait for a server connection, those with the oldest transaction first. */
  static List<List<@Nullable Object>> holders(Engine engine) {
    ProxyHolders holders = engine.holders();
    Map<Long, Server> servers = new HashMap<>();
    holders.servers().forEach(server -> servers.put(server.key(), server));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Client client : holders.busiest()) {
      Server server = servers.get(client.server());
      Pin pin = client.pin();
      rows.add(
          row(
              client.id(),
              address(client),
              client.application(),
              client.who().database(),
              client.who().login(),
              client.who().service(),
              client.state().words(),
              seconds(client.stateNanos()),
              client.transactionNanos() < 0 ? null : seconds(client.transactionNanos()),
              pin == null ? null : pin.reason().words(),
              client.backendPid() == 0 ? null : client.backendPid(),
              server == null ? null : server.ends().address() + ":" + server.ends().port(),
              text(client.statement())));
    }
    return rows;
  }

  static List<List<@Nullable Object>> pins(Engine engine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Client client : engine.holders().clients()) {
      Pin pin = client.pin();
      if (pin != null) {
        rows.add(
            row(
                client.id(),
                address(client),
                client.application(),
                client.who().database(),
                client.who().login(),
                client.who().service(),
                pin.reason().words(),
                text(pin.statement()),
                SocketRows.time(System.currentTimeMillis() - pin.ageNanos() / 1_000_000),
                seconds(pin.ageNanos()),
                client.backendPid()));
      }
    }
    return rows;
  }

  private static String address(Client client) {
    return client.ends().address() + ":" + client.ends().port();
  }

  private static double seconds(long nanos) {
    return Math.round(nanos / 1e6) / 1e3;
  }

  private static @Nullable String text(@Nullable Fingerprint statement) {
    return statement == null ? null : statement.text();
  }
}
