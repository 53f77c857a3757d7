package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.Admin;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The admin database as PgBouncer's users and tools know it, and what only this one tells. */
class AdminDatabaseIT {
  private static final String ADMIN = "boss";
  private static final String ADMIN_PASSWORD = "admin-pw";

  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
    proxy =
        new TestProxy(
            postgres,
            TestProxy.config(postgres, TestProxy.pool(2, Duration.ofSeconds(20)), Limits.DEFAULT)
                .withAdmins(List.of(new Admin(ADMIN, Secret.of(ADMIN_PASSWORD)))),
            ProxyListener.NONE);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  private static Connection admin(String mode) throws SQLException {
    return admin(proxy, mode);
  }

  private static Connection admin(TestProxy of, String mode) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", ADMIN);
    properties.setProperty("password", ADMIN_PASSWORD);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("preferQueryMode", mode);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + of.port() + "/mamparo", properties);
  }

  /** What a real PgBouncer answered, by command. */
  private static Map<String, List<String>> expected() throws IOException {
    Map<String, List<String>> expected = new LinkedHashMap<>();
    try (var in = AdminDatabaseIT.class.getResourceAsStream("pgbouncer-1.25.2.txt")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (!line.startsWith("#")) {
          List<String> words = List.of(line.split(" "));
          expected.put(words.getFirst(), words.subList(1, words.size()));
        }
      }
    }
    return expected;
  }

  /** {@code name:oid} of each column of a RowDescription. */
  private static List<String> columns(List<RawClient.Message> answer) {
    for (RawClient.Message message : answer) {
      if (message.type() == 'T') {
        var body =
            io.netty.buffer.Unpooled.wrappedBuffer(
                message.body().getBytes(StandardCharsets.ISO_8859_1));
        List<String> columns = new ArrayList<>();
        int count = body.readShort();
        for (int i = 0; i < count; i++) {
          int length = body.bytesBefore((byte) 0);
          String name = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
          body.skipBytes(1 + 6);
          columns.add(name + ":" + body.readInt());
          body.skipBytes(8);
        }
        return columns;
      }
    }
    return List.of();
  }

  private static List<Map<String, String>> rows(Connection connection, String command)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(command)) {
      return rows(result);
    }
  }

  private static List<Map<String, String>> rows(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    List<Map<String, String>> rows = new ArrayList<>();
    while (result.next()) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        row.put(columns.getColumnName(i), result.getString(i));
      }
      rows.add(row);
    }
    return rows;
  }

  @Test
  void show_hasPgBouncersColumnsAndTypes() throws IOException {
    Map<String, List<String>> expected = expected();
    assertTrue(expected.size() > 20);
    try (RawClient client =
        RawClient.logIn(proxy.port(), ADMIN, ADMIN_PASSWORD, Map.of("database", "pgbouncer"))) {
      for (Map.Entry<String, List<String>> command : expected.entrySet()) {
        if (!command.getKey().endsWith(".keys")) {
          assertEquals(
              command.getValue(),
              columns(client.query("SHOW " + command.getKey() + ";")),
              command.getKey());
        }
      }
    }
  }

  @Test
  void show_hasPgBouncersKeys() throws Exception {
    Map<String, List<String>> expected = expected();
    try (Connection connection = admin("simple")) {
      for (String table : List.of("LISTS", "TOTALS", "STATE")) {
        List<String> keys = new ArrayList<>();
        rows(connection, "show " + table).forEach(row -> keys.add(row.values().iterator().next()));
        assertEquals(expected.get(table + ".keys"), keys);
      }
    }
  }

  @Test
  void drivers_askOverTheExtendedProtocol() throws SQLException {
    try (Connection connection = admin("extended");
        PreparedStatement statement = connection.prepareStatement("SHOW DATABASES")) {
      // After a few calls the driver uses a named statement and binary results.
      for (int i = 0; i < 8; i++) {
        try (ResultSet result = statement.executeQuery()) {
          assertTrue(result.next());
          assertEquals("db", result.getString("name"));
          assertEquals(postgres.port(), result.getInt("port"));
          assertEquals(2, result.getInt("pool_size"));
          assertFalse(result.next());
        }
      }
    }
  }

  @Test
  void numbers_areTheSameInTextAndBinary() throws SQLException {
    try (Connection text = proxy.jdbc();
        Connection connection = admin("extended");
        PreparedStatement statement = connection.prepareStatement("SHOW STATS_TOTALS")) {
      try (Statement some = text.createStatement()) {
        some.execute("select repeat('x', 123456)");
      }
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        try (ResultSet result = statement.executeQuery()) {
          assertTrue(result.next());
          seen.add(result.getBigDecimal("bytes_sent").toPlainString());
        }
      }
      assertTrue(Long.parseLong(seen.getFirst()) > 123_456, seen.toString());
      assertEquals(1, seen.stream().distinct().count(), seen.toString());
    }
  }

  @Test
  void fetchSize_getsRowsInPieces() throws SQLException {
    try (Connection connection = admin("extended")) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(3);
        int rows = 0;
        try (ResultSet result = statement.executeQuery("SHOW CONFIG")) {
          while (result.next()) {
            rows++;
          }
        }
        assertTrue(rows > 10, "only " + rows);
      }
      connection.commit();
    }
  }

  @Test
  void config_saysWhatHolds() throws SQLException {
    Duration minute = Duration.ofMinutes(1);
    DatabaseProxyConfig.Times times =
        new DatabaseProxyConfig.Times(minute, Duration.ofMillis(2_500), Duration.ofSeconds(7));
    DatabaseProxyConfig.Pool pool =
        new DatabaseProxyConfig.Pool(2, 5, 5, 10, minute, minute, minute, minute, times);
    DatabaseProxyConfig limited =
        TestProxy.config(postgres, pool, Limits.DEFAULT)
            .withAdmins(List.of(new Admin(ADMIN, Secret.of(ADMIN_PASSWORD))));
    try (TestProxy other = new TestProxy(postgres, limited, ProxyListener.NONE);
        Connection connection = admin(other, "simple")) {
      Map<String, String> config = new HashMap<>();
      rows(connection, "SHOW CONFIG").forEach(row -> config.put(row.get("key"), row.get("value")));
      assertEquals("2", config.get("min_pool_size"));
      assertEquals("60", config.get("transaction_timeout"));
      assertEquals("2.5", config.get("idle_transaction_timeout"));
      assertEquals("7", config.get("client_idle_timeout"));
      assertEquals("2", rows(connection, "SHOW DATABASES").getFirst().get("min_pool_size"));
    }
  }

  @Test
  void holders_tellWhoHasWhichServer() throws Exception {
    try (Connection client = proxy.jdbc("ApplicationName=till");
        Connection connection = admin("simple")) {
      client.setAutoCommit(false);
      int backend;
      try (Statement statement = client.createStatement();
          ResultSet result = statement.executeQuery("select pg_backend_pid(), 42 as secret")) {
        result.next();
        backend = result.getInt(1);
      }
      Map<String, String> holder =
          rows(connection, "SHOW HOLDERS").stream()
              .filter(row -> "till".equals(row.get("application_name")))
              .findFirst()
              .orElseThrow();
      assertEquals(Integer.toString(backend), holder.get("server_pid"));
      assertEquals("idle in transaction", holder.get("state"));
      assertEquals("orders", holder.get("service"));
      assertEquals("select pg_backend_pid(), ? as secret", holder.get("statement"));
      assertTrue(Double.parseDouble(holder.get("transaction_seconds")) >= 0);
      Map<String, String> shown =
          rows(connection, "SHOW CLIENTS").stream()
              .filter(row -> "till".equals(row.get("application_name")))
              .findFirst()
              .orElseThrow();
      assertEquals("active", shown.get("state"));
      assertEquals(Integer.toString(backend), shown.get("remote_pid"));
      Map<String, String> server =
          rows(connection, "SHOW SERVERS").stream()
              .filter(row -> Integer.toString(backend).equals(row.get("remote_pid")))
              .findFirst()
              .orElseThrow();
      assertEquals(shown.get("ptr"), server.get("link"));
      assertEquals(shown.get("link"), server.get("ptr"));
      client.rollback();
      Await.until(
          "the client holds nothing",
          Duration.ofSeconds(10),
          () ->
              rows(connection, "SHOW HOLDERS").stream()
                  .noneMatch(row -> "till".equals(row.get("application_name"))));
    }
  }

  @Test
  void pins_tellReasonAndStatement() throws Exception {
    try (Connection client = proxy.jdbc("ApplicationName=pinner");
        Connection connection = admin("simple")) {
      try (Statement statement = client.createStatement()) {
        statement.execute("create temporary table t1 (a int default 7)");
      }
      // The server is asked what is left once the statement has been answered.
      Await.until(
          "the session is pinned", Duration.ofSeconds(20), () -> !pins(connection).isEmpty());
      Map<String, String> pin = pins(connection).getFirst();
      assertEquals(PinReason.TEMPORARY.words(), pin.get("reason"));
      assertEquals("create temporary table t1 (a int default ?)", pin.get("statement"));
      assertNotEquals("0", pin.get("server_pid"));
      assertTrue(Double.parseDouble(pin.get("seconds")) < 60);
    }
  }

  private static List<Map<String, String>> pins(Connection connection) throws SQLException {
    return rows(connection, "SHOW PINS").stream()
        .filter(row -> "pinner".equals(row.get("application_name")))
        .toList();
  }

  @Test
  void totals_countTransactionsAndStatements() throws Exception {
    try (Connection client = proxy.jdbc();
        Connection connection = admin("simple")) {
      long before = total(connection, "xact_count");
      long statements = total(connection, "query_count");
      client.setAutoCommit(false);
      try (Statement statement = client.createStatement()) {
        statement.execute("select 1");
        statement.execute("select 2");
      }
      client.commit();
      assertEquals(before + 1, total(connection, "xact_count"));
      assertTrue(total(connection, "query_count") >= statements + 3);
    }
  }

  private static long total(Connection connection, String name) throws SQLException {
    return Long.parseLong(rows(connection, "SHOW STATS_TOTALS").getFirst().get(name));
  }

  @Test
  void logIn_isForAdminsOnly() throws IOException {
    IOException notAdmin =
        assertThrows(
            IOException.class,
            () ->
                RawClient.logIn(proxy.port(), TestProxy.USER, TestProxy.PASSWORD, "mamparo")
                    .close());
    assertTrue(notAdmin.toString().contains("28000"), notAdmin.toString());
    IOException wrong =
        assertThrows(
            IOException.class,
            () -> RawClient.logIn(proxy.port(), ADMIN, "guess", "mamparo").close());
    assertTrue(wrong.toString().contains("28P01"), wrong.toString());
    IOException stranger =
        assertThrows(
            IOException.class,
            () -> RawClient.logIn(proxy.port(), "nobody", "guess", "mamparo").close());
    assertTrue(stranger.toString().contains("28P01"), stranger.toString());
    IOException elsewhere =
        assertThrows(
            IOException.class,
            () -> RawClient.logIn(proxy.port(), ADMIN, ADMIN_PASSWORD, "db").close());
    assertTrue(elsewhere.toString().contains("28P01"), elsewhere.toString());
  }

  @Test
  void unknownCommand_isRefusedAndTheSessionGoesOn() throws IOException {
    try (RawClient client = RawClient.logIn(proxy.port(), ADMIN, ADMIN_PASSWORD, "mamparo")) {
      List<RawClient.Message> answer = client.query("select version()");
      assertTrue(answer.getFirst().body().contains("use SHOW HELP"), answer.toString());
      assertEquals('N', client.query("show help").getFirst().type());
      assertEquals('I', client.query(" ; ").getFirst().type());
      assertEquals('T', client.query("show version").getFirst().type());
    }
  }

  @Test
  void killClient_endsThatClientOnly() throws Exception {
    try (RawClient victim = proxy.raw();
        RawClient other = proxy.raw();
        RawClient client = RawClient.logIn(proxy.port(), ADMIN, ADMIN_PASSWORD, "mamparo")) {
      assertEquals("KILL_CLIENT\0", client.query("KILL_CLIENT " + victim.pid()).getFirst().body());
      assertTrue(victim.read().body().contains("57P01"));
      assertEquals('T', other.query("select 1").getFirst().type());
      assertTrue(
          client.query("KILL_CLIENT " + victim.pid()).getFirst().body().contains("not found"));
    }
  }

  @Test
  void manyClients_areShownWithoutHoldingALoopUp() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try (Connection connection = admin("simple")) {
      for (int i = 0; i < 600; i++) {
        clients.add(proxy.raw());
      }
      long shown =
          rows(connection, "SHOW CLIENTS").stream()
              .filter(row -> TestProxy.USER.equals(row.get("user")))
              .map(row -> row.get("id"))
              .distinct()
              .count();
      assertTrue(shown >= 600, "only " + shown);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  @NeedsProgram("psql")
  void psql_showsTables() throws Exception {
    ProcessBuilder psql =
        new ProcessBuilder(
            "psql",
            "-X",
            "-A",
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(proxy.port()),
            "-U",
            ADMIN,
            "-d",
            "mamparo",
            "-c",
            "SHOW POOLS",
            "-c",
            "show stats;");
    psql.environment().put("PGPASSWORD", ADMIN_PASSWORD);
    psql.environment().put("PGSSLMODE", "prefer");
    psql.redirectErrorStream(true);
    Process process = psql.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), text);
    assertEquals(0, process.exitValue(), text);
    assertTrue(text.contains("database|user|cl_active|cl_waiting"), text);
    assertTrue(text.contains("db|app|"), text);
    assertTrue(text.contains("total_xact_count"), text);
  }
}
