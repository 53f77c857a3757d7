package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.columns;

import io.mamparo.dbproxy.admin.Table.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The SHOW commands: what each answers, under which columns. Those of PgBouncer 1.25 have its
 * column names, their order and their types. Source: PgBouncer's documentation, chapter "Admin
 * console". Stateless.
 */
final class Shows {
  private static final String SOCKET =
      "type user database replication state addr port:i local_addr local_port:i connect_time"
          + " request_time wait:i wait_us:i close_needed:i ptr link remote_pid:i tls"
          + " application_name prepared_statements:i id:i";

  /** How rows come about. */
  interface Rows extends Function<Engine, List<List<@Nullable Object>>> {}

  /** One command. */
  record Show(List<Column> columns, Rows rows) {
    Table table(Engine engine) {
      return new Table(columns, rows.apply(engine));
    }
  }

  private static final Map<String, Show> ALL = new LinkedHashMap<>();

  static {
    add("VERSION", "version", ConfigRows::version);
    add("CONFIG", "key value default changeable", ConfigRows::config);
    add(
        "DATABASES",
        "name host port:i database force_user pool_size:i min_pool_size:i reserve_pool_size:i"
            + " server_lifetime:i pool_mode load_balance_hosts max_connections:i"
            + " current_connections:i max_client_connections:i current_client_connections:i"
            + " paused:i disabled:i",
        PoolRows::databases);
    add(
        "POOLS",
        "database user cl_active:i cl_waiting:i cl_active_cancel_req:i cl_waiting_cancel_req:i"
            + " sv_active:i sv_active_cancel:i sv_being_canceled:i sv_idle:i sv_used:i sv_tested:i"
            + " sv_login:i maxwait:i maxwait_us:i pool_mode load_balance_hosts",
        PoolRows::pools);
    add(
        "USERS",
        "name pool_size reserve_pool_size pool_mode max_user_connections:i current_connections:i"
            + " max_user_client_connections:i current_client_connections:i",
        PoolRows::users);
    add("LISTS", "list items:i", PoolRows::lists);
    add("STATE", "key value", PoolRows::state);
    add("CLIENTS", SOCKET, SocketRows::clients);
    add("SERVERS", SOCKET, SocketRows::servers);
    String more =
        SOCKET
            + " recv_pos:i pkt_pos:i pkt_remain:i send_pos:i send_remain:i pkt_avail:i"
            + " send_avail:i";
    add("SOCKETS", more, SocketRows::sockets);
    add("ACTIVE_SOCKETS", more, SocketRows::activeSockets);
    add(
        "STATS",
        "database total_server_assignment_count:n total_xact_count:n total_query_count:n"
            + " total_received:n total_sent:n total_xact_time:n total_query_time:n"
            + " total_wait_time:n total_client_parse_count:n total_server_parse_count:n"
            + " total_bind_count:n avg_server_assignment_count:n avg_xact_count:n"
            + " avg_query_count:n avg_recv:n avg_sent:n avg_xact_time:n avg_query_time:n"
            + " avg_wait_time:n avg_client_parse_count:n avg_server_parse_count:n"
            + " avg_bind_count:n",
        StatRows::stats);
    add(
        "STATS_TOTALS",
        "database server_assignment_count:n xact_count:n query_count:n bytes_received:n"
            + " bytes_sent:n xact_time:n query_time:n wait_time:n client_parse_count:n"
            + " server_parse_count:n bind_count:n",
        StatRows::totals);
    add(
        "STATS_AVERAGES",
        "database server_assignment_count:n xact_count:n query_count:n bytes_received:n"
            + " bytes_sent:n xact_time:n query_time:n wait_time:n avg_client_parse_count:n"
            + " avg_server_parse_count:n avg_bind_count:n",
        StatRows::averages);
    add("TOTALS", "name value:n", StatRows::sum);
    add("MEM", "name size:i used:i free:i memtotal:i", ConfigRows::memory);
    add("DNS_HOSTS", "hostname ttl:l addrs", engine -> List.of());
    add("DNS_ZONES", "zonename serial:l count:i", engine -> List.of());
    add(
        "FDS",
        "fd:i task user database addr port:i cancel:l link:i client_encoding std_strings datestyle"
            + " timezone password scram_client_key:b scram_server_key:b",
        engine -> List.of());
    add("PEERS", "peer_id:i host port:i pool_size:i", engine -> List.of());
    add(
        "PEER_POOLS",
        "peer_id:i cl_active_cancel_req:i cl_waiting_cancel_req:i sv_active_cancel:i sv_login:i",
        engine -> List.of());
    own();
  }

  private static void own() {
    add(
        "HOLDERS",
        "client:i addr application_name database user service state seconds:f"
            + " transaction_seconds:f pin server_pid:i server_addr statement",
        HolderRows::holders);
    add(
        "PINS",
        "client:i addr application_name database user service reason statement since seconds:f"
            + " server_pid:i",
        HolderRows::pins);
    add(
        "STATEMENTS",
        "database service fingerprint calls:l rows:l bytes_in:l bytes_out:l total_ms:f wait_ms:f"
            + " p50_ms:f p95_ms:f p99_ms:f wait_p99_ms:f errors:l sqlstates statement",
        StatRows::statements);
  }

  private Shows() {}

  private static void add(String name, String columns, Rows rows) {
    ALL.put(name, new Show(columns(columns), rows));
  }

  /** The command of this name; null when there is none. */
  static @Nullable Show find(String name) {
    return ALL.get(name.toUpperCase(Locale.ROOT));
  }

  /** All names. */
  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }
}
