package io.mamparo.cli.pgbouncer;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of every setting of PgBouncer 1.25: the one list of them. Source: PgBouncer's
 * documentation, chapter "Configuration file". Stateless.
 */
final class Rules {
  /** What becomes of a setting. */
  enum Fate {
    /** Written to the stack file. */
    MAPPED,
    /** Done anyway, without a setting. */
    BUILT_IN,
    /** Means nothing here. */
    IGNORED,
    /** Has no equivalent, so that something differs; said in the file. */
    DIFFERS,
    /** Cannot be dropped without harm: nothing is written. */
    REFUSED
  }

  /**
   * One setting.
   *
   * @param usual PgBouncer's default; a setting that has it needs no words
   * @param why in half a sentence
   */
  record Rule(Fate fate, String usual, String why) {}

  private static final String GLOBAL =
      """
      logfile | IGNORED | | Mamparo logs to mamparo.log in its data directory
      pidfile | IGNORED | | mamparo status and mamparo down find the process
      listen_addr | MAPPED | | proxy.listen
      listen_port | MAPPED | 6432 | proxy.listen
      unix_socket_dir | DIFFERS | /tmp | clients connect over TCP, there is no Unix socket
      unix_socket_mode | IGNORED | 0777 | there is no Unix socket
      unix_socket_group | IGNORED | | there is no Unix socket
      user | IGNORED | | start Mamparo as the user it is to run as
      pool_mode | MAPPED | session | proxy.pools.mode
      max_client_conn | MAPPED | 100 | proxy.clients
      default_pool_size | MAPPED | 20 | proxy.pools.max
      min_pool_size | MAPPED | 0 | proxy.pools.min
      reserve_pool_size | DIFFERS | 0 | raise proxy.pools.max instead
      reserve_pool_timeout | IGNORED | 5 | there is no reserve pool
      max_db_connections | DIFFERS | 0 | give each database its connections: … in the stack file
      max_db_client_connections | DIFFERS | 0 | proxy.clients limits all clients together
      max_user_connections | DIFFERS | 0 | each login has a pool of its own with its own limit
      max_user_client_connections | DIFFERS | 0 | proxy.clients limits all clients together
      server_round_robin | DIFFERS | 0 | the connection used last is used first
      track_extra_parameters | BUILT_IN | IntervalStyle | every setting of a session is followed
      ignore_startup_parameters | BUILT_IN | | start-up parameters are passed on as settings
      peer_id | IGNORED | 0 | one process uses all cores, so there are no peers
      disable_pqexec | REFUSED | 0 | simple queries cannot be switched off here
      application_name_add_host | DIFFERS | 0 | SHOW CLIENTS tells each client's address
      conffile | IGNORED | | RELOAD reads the stack file again
      service_name | IGNORED | pgbouncer | there is no Windows service
      job_name | IGNORED | pgbouncer | there is no Windows service
      stats_period | BUILT_IN | 60 | averages are of 60 s
      max_prepared_statements | MAPPED | 200 | proxy.pools.prepared-statements
      scram_iterations | BUILT_IN | 4096 | 4096 iterations, as PostgreSQL
      auth_type | MAPPED | md5 | clients prove their password by SCRAM-SHA-256
      auth_hba_file | DIFFERS | | write its lines as rules of proxy.access, see docs/security.md
      auth_ident_file | DIFFERS | | there is no peer authentication
      auth_file | MAPPED | | passwords of database users are taken from it
      auth_user | DIFFERS | | auth-query of a database is asked as the user of its url
      auth_query | DIFFERS | | write it as auth-query of the database (on asks pg_authid)
      auth_dbname | DIFFERS | | auth-query is asked in the database itself
      auth_ldap_options | REFUSED | | there is no LDAP
      syslog | IGNORED | 0 | Mamparo logs to mamparo.log in its data directory
      syslog_ident | IGNORED | pgbouncer | there is no syslog
      syslog_facility | IGNORED | daemon | there is no syslog
      log_connections | IGNORED | 1 | SHOW CLIENTS and metrics tell of clients
      log_disconnections | IGNORED | 1 | SHOW CLIENTS and metrics tell of clients
      log_pooler_errors | BUILT_IN | 1 | errors are logged and counted
      log_stats | IGNORED | 1 | /metrics and SHOW STATS have them
      verbose | IGNORED | | there is one level of detail
      admin_users | DIFFERS | | the admin database takes what mamparo env prints, or the control token
      stats_users | DIFFERS | | the admin database takes what mamparo env prints, or the control token
      server_reset_query | BUILT_IN | DISCARD ALL | what a session leaves behind is followed and undone
      server_reset_query_always | BUILT_IN | 0 | what a session leaves behind is followed and undone
      server_check_delay | MAPPED | 30 | proxy.pools.check-after
      server_check_query | BUILT_IN | <empty> | an empty query
      server_fast_close | BUILT_IN | 0 | connections that do not fit go when they are free
      server_lifetime | MAPPED | 3600 | proxy.pools.max-lifetime
      server_idle_timeout | MAPPED | 600 | proxy.pools.idle-timeout
      server_connect_timeout | BUILT_IN | 15 | 5 s
      server_login_retry | BUILT_IN | 15 | from 10 ms up to half a second, with jitter
      client_login_timeout | BUILT_IN | 60 | 10 s
      autodb_idle_timeout | IGNORED | 3600 | there is no fallback database
      pool_idle_timeout | IGNORED | 0 | an empty pool costs nothing
      dns_max_ttl | BUILT_IN | 15 | names are looked up for every connection
      dns_nxdomain_ttl | BUILT_IN | 15 | names are looked up for every connection
      dns_zone_check_period | BUILT_IN | 0 | names are looked up for every connection
      resolv_conf | IGNORED | | the system's resolver is used
      query_wait_notify | DIFFERS | 5 | a client that waits is not told so
      login_notify_message | DIFFERS | | clients are not greeted
      client_tls_sslmode | DIFFERS | disable | see proxy.tls in docs/stack-file.md
      client_tls_key_file | DIFFERS | | see proxy.tls in docs/stack-file.md
      client_tls_cert_file | DIFFERS | | see proxy.tls in docs/stack-file.md
      client_tls_ca_file | DIFFERS | | see proxy.tls in docs/stack-file.md
      client_tls_protocols | BUILT_IN | secure | TLS 1.2 and 1.3
      client_tls_ciphers | BUILT_IN | default | those considered secure
      client_tls13_ciphers | BUILT_IN | | those considered secure
      client_tls_ecdhcurve | BUILT_IN | auto | chosen by the library
      client_tls_dheparams | BUILT_IN | auto | chosen by the library
      server_tls_sslmode | MAPPED | prefer | sslmode in the url
      server_tls_ca_file | MAPPED | | sslrootcert in the url
      server_tls_key_file | MAPPED | | sslkey in the url
      server_tls_cert_file | MAPPED | | sslcert in the url
      server_tls_protocols | BUILT_IN | secure | TLS 1.2 and 1.3
      server_tls_ciphers | BUILT_IN | default | those considered secure
      server_tls13_ciphers | BUILT_IN | | those considered secure
      query_timeout | DIFFERS | 0 | set statement_timeout for the role in PostgreSQL
      query_wait_timeout | MAPPED | 120 | proxy.pools.borrow-timeout
      cancel_wait_timeout | BUILT_IN | 10 | a cancel request never waits
      client_idle_timeout | MAPPED | 0 | proxy.pools.client-idle-timeout
      idle_transaction_timeout | MAPPED | 0 | proxy.pools.idle-in-transaction-timeout
      transaction_timeout | MAPPED | 0 | proxy.pools.transaction-timeout
      suspend_timeout | IGNORED | 10 | there is no SUSPEND
      pkt_buf | BUILT_IN | 4096 | buffers grow as needed
      max_packet_size | BUILT_IN | 2147483647 | as PostgreSQL
      listen_backlog | BUILT_IN | 128 | chosen by Mamparo
      sbuf_loopcnt | BUILT_IN | 5 | event loops take turns
      so_reuseport | BUILT_IN | 0 | one process uses all cores
      tcp_defer_accept | BUILT_IN | 1 | the system's
      tcp_socket_buffer | BUILT_IN | 0 | the system's
      tcp_keepalive | BUILT_IN | 1 | on
      tcp_keepcnt | BUILT_IN | 0 | the system's
      tcp_keepidle | BUILT_IN | 0 | the system's
      tcp_keepintvl | BUILT_IN | 0 | the system's
      tcp_user_timeout | BUILT_IN | 0 | the system's
      """;

  private static final String DATABASE =
      """
      dbname | MAPPED | | url
      host | MAPPED | | url
      port | MAPPED | 5432 | url
      user | MAPPED | | url
      password | MAPPED | | password
      auth_user | DIFFERS | | auth-query of a database is asked as the user of its url
      auth_query | DIFFERS | | write it as auth-query of the database (on asks pg_authid)
      auth_dbname | DIFFERS | | auth-query is asked in the database itself
      pool_size | DIFFERS | | proxy.pools.max holds for all databases
      min_pool_size | DIFFERS | 0 | proxy.pools.min holds for all databases
      reserve_pool_size | DIFFERS | 0 | raise proxy.pools.max instead
      reserve_pool | DIFFERS | 0 | raise proxy.pools.max instead
      connect_query | DIFFERS | | set it for the role instead: ALTER ROLE … SET …
      pool_mode | MAPPED | | pool-mode
      query_wait_timeout | DIFFERS | -1 | proxy.pools.borrow-timeout holds for all databases
      load_balance_hosts | DIFFERS | round-robin | see docs/database-proxy.md for several servers
      max_db_connections | DIFFERS | 0 | give the database its connections: … in the stack file
      max_db_client_connections | DIFFERS | 0 | proxy.clients limits all clients together
      server_lifetime | DIFFERS | | proxy.pools.max-lifetime holds for all databases
      client_encoding | DIFFERS | | set it for the role instead: ALTER ROLE … SET …
      datestyle | DIFFERS | | set it for the role instead: ALTER ROLE … SET …
      timezone | DIFFERS | | set it for the role instead: ALTER ROLE … SET …
      """;

  private static final String USER =
      """
      pool_size | DIFFERS | | give its service a database: {name: …, connections: …}
      reserve_pool_size | DIFFERS | 0 | give its service a database: {name: …, connections: …}
      pool_mode | DIFFERS | | give its service a database: {name: …, mode: …}
      max_user_connections | DIFFERS | 0 | give its service a database: {name: …, connections: …}
      query_timeout | DIFFERS | 0 | ALTER ROLE … SET statement_timeout
      query_wait_timeout | DIFFERS | -1 | proxy.pools.borrow-timeout holds for all users
      idle_transaction_timeout | DIFFERS | 0 | proxy.pools.idle-in-transaction-timeout holds for all users
      transaction_timeout | DIFFERS | 0 | proxy.pools.transaction-timeout holds for all users
      client_idle_timeout | DIFFERS | 0 | proxy.pools.client-idle-timeout holds for all users
      max_user_client_connections | DIFFERS | 0 | proxy.clients limits all clients together
      """;

  private static final Map<String, Rule> OF_PGBOUNCER = read(GLOBAL);
  private static final Map<String, Rule> OF_DATABASES = read(DATABASE);
  private static final Map<String, Rule> OF_USERS = read(USER);

  private Rules() {}

  private static Map<String, Rule> read(String text) {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (String line : text.strip().split("\n")) {
      String[] parts = line.split("\\|", 4);
      rules.put(
          parts[0].strip(),
          new Rule(Fate.valueOf(parts[1].strip()), parts[2].strip(), parts[3].strip()));
    }
    return Map.copyOf(rules);
  }

  /** Of the section {@code [pgbouncer]}; null when there is no such setting. */
  static @Nullable Rule ofPgbouncer(String key) {
    return OF_PGBOUNCER.get(key);
  }

  /** What {@code [pgbouncer]} says of a setting, or PgBouncer's default. */
  static String value(Map<String, Ini.Entry> settings, String key) {
    Ini.Entry entry = settings.get(key);
    Rule rule = ofPgbouncer(key);
    return entry == null ? rule == null ? "" : rule.usual() : entry.value();
  }

  /** Of an entry of {@code [databases]}. */
  static @Nullable Rule ofDatabase(String key) {
    return OF_DATABASES.get(key);
  }

  /** Of an entry of {@code [users]}. */
  static @Nullable Rule ofUser(String key) {
    return OF_USERS.get(key);
  }

  /** All settings of the section {@code [pgbouncer]}. */
  static Map<String, Rule> pgbouncer() {
    return OF_PGBOUNCER;
  }
}
