package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.Guests;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Users whom only the server knows, each with its own password and as its own role. */
class GuestsIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String QUERY =
      "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = $1 AND rolcanlogin"
          + " AND (rolvaliduntil IS NULL OR rolvaliduntil > now())";

  private static RealPostgres postgres;

  @BeforeAll
  static void start() throws Exception {
    postgres = RealPostgres.start();
    server("create role alice login password 'wonderland'");
    server("create role bob login password 'builder'");
    server("create role \"o'bri\\en\" login password 'quoted'");
    server("create role gone login password 'late' valid until '2001-01-01'");
    server("create role nobody password 'none' nologin");
    server("create role bare login");
    server("set password_encryption = md5; create role old login password 'md5'");
  }

  @AfterAll
  static void stop() {
    if (postgres != null) {
      postgres.close();
    }
  }

  private static void server(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static DatabaseProxyConfig config(String query, int most) {
    DatabaseProxyConfig without =
        TestProxy.config(postgres, TestProxy.pool(2, Duration.ofSeconds(2)), Limits.DEFAULT);
    Guests guests =
        new Guests(
            query,
            postgres.user(),
            Secret.of(postgres.password()),
            TestProxy.pool(2, Duration.ofSeconds(2)),
            most);
    return new DatabaseProxyConfig(
        without.listen(),
        List.of(without.databases().getFirst().with(guests)),
        without.logins(),
        without.limits());
  }

  private static TestProxy proxy(int most) {
    return new TestProxy(postgres, config(QUERY, most), ProxyListener.NONE);
  }

  private static Connection connect(TestProxy proxy, String user, String password)
      throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/db?sslmode=disable", user, password);
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static String refusal(TestProxy proxy, String user, String password) {
    SQLException refused =
        assertThrows(SQLException.class, () -> connect(proxy, user, password).close());
    return refused.getSQLState() + " " + refused.getMessage();
  }

  @Test
  void aUserOfTheServer_comesInWithItsOwnPassword_asItsOwnRole() throws Exception {
    try (TestProxy proxy = proxy(10)) {
      try (Connection first = connect(proxy, "alice", "wonderland");
          Connection second = connect(proxy, "alice", "wonderland");
          Connection other = connect(proxy, "bob", "builder");
          Connection odd = connect(proxy, "o'bri\\en", "quoted");
          Connection configured = connect(proxy, TestProxy.USER, TestProxy.PASSWORD)) {
        assertEquals("alice alice", one(first, "select current_user || ' ' || session_user"));
        assertEquals("alice", one(second, "select current_user"));
        assertEquals("bob", one(other, "select current_user"));
        assertEquals("o'bri\\en", one(odd, "select current_user"));
        assertEquals(postgres.user(), one(configured, "select current_user"));
        assertEquals(
            List.of("alice 2 clients, at most 2 connections"),
            proxy.proxy().observe().pools().stream()
                .filter(p -> p.login().equals("alice"))
                .map(p -> "alice " + p.clients() + " clients, at most " + p.max() + " connections")
                .toList());
      }
    }
  }

  @Test
  void whoeverHasNoPassword_orNotThisOne_isRefusedInTheSameWords() throws Exception {
    try (TestProxy proxy = proxy(10)) {
      for (String user :
          List.of("alice", "stranger", "gone", "nobody", "bare", "old", "x' or '1'='1", "\\'")) {
        String password = user.equals("old") ? "md5" : user.equals("gone") ? "late" : "none";
        assertEquals(
            "28P01 FATAL: password authentication failed for user \"" + user + "\"",
            refusal(proxy, user, password));
      }
    }
  }

  @Test
  void aNewPassword_countsAtOnce_andTheOldOneNoMore() throws Exception {
    server("create role carol login password 'before'");
    try (TestProxy proxy = proxy(10)) {
      try (Connection stays = connect(proxy, "carol", "before")) {
        assertEquals("carol", one(stays, "select current_user"));
        server("alter role carol password 'after'");
        // What was found before held for a moment; a failure ends that.
        Await.until(
            "the new one is taken",
            SOON,
            () -> {
              try (Connection connection = connect(proxy, "carol", "after")) {
                return one(connection, "select current_user").equals("carol");
              } catch (SQLException e) {
                assertEquals("28P01", e.getSQLState());
                return false;
              }
            });
        assertTrue(refusal(proxy, "carol", "before").startsWith("28P01"));
        proxy.proxy().reconnect("db");
        try (Connection connection = connect(proxy, "carol", "after")) {
          assertEquals("carol", one(connection, "select current_user"), "over a new connection");
        }
        assertEquals("carol", one(stays, "select current_user"), "whoever is in stays in");
        proxy
            .proxy()
            .apply(
                TestProxy.config(
                    postgres, TestProxy.pool(2, Duration.ofSeconds(2)), Limits.DEFAULT));
        SQLException gone = assertThrows(SQLException.class, () -> one(stays, "select 1"));
        assertEquals("57P01", gone.getSQLState(), "and goes with those who came later");
      }
    }
  }

  @Test
  void whenThereAreTooMany_whoeverHasLeftMakesRoom() throws Exception {
    try (TestProxy proxy = proxy(1)) {
      try (Connection alice = connect(proxy, "alice", "wonderland")) {
        assertEquals("1", one(alice, "select 1"));
        assertEquals(
            "53300 FATAL: too many users of database \"db\" are logged in",
            refusal(proxy, "bob", "builder").lines().findFirst().orElseThrow());
      }
      Await.until(
          "alice has left",
          SOON,
          () -> {
            try (Connection bob = connect(proxy, "bob", "builder")) {
              return one(bob, "select current_user").equals("bob");
            } catch (SQLException e) {
              return false;
            }
          });
    }
  }

  @Test
  void aQueryThatFails_saysSo_andNobodyElseFeelsIt() throws Exception {
    DatabaseProxyConfig broken = config("select $1, 1 / 0", 10);
    try (TestProxy proxy = new TestProxy(postgres, broken, ProxyListener.NONE)) {
      assertTrue(
          refusal(proxy, "alice", "wonderland")
              .startsWith(
                  "57P03 FATAL: user \"alice\" cannot be looked up: its auth-query failed:"
                      + " division by zero"),
          refusal(proxy, "alice", "wonderland"));
      try (Connection connection = connect(proxy, TestProxy.USER, TestProxy.PASSWORD)) {
        assertEquals("1", one(connection, "select 1"));
      }
    }
  }

  @Test
  void aServerThatIsGone_isSaidWithoutWaitingForTheClientsPatience() throws Exception {
    try (RealPostgres other = RealPostgres.start()) {
      DatabaseProxyConfig config =
          new DatabaseProxyConfig(
              config(QUERY, 1).listen(),
              List.of(
                  TestProxy.config(other, TestProxy.pool(1, SOON), Limits.DEFAULT)
                      .databases()
                      .getFirst()
                      .with(config(QUERY, 1).databases().getFirst().guests())),
              List.of(),
              Limits.DEFAULT);
      other.stop();
      try (TestProxy proxy = new TestProxy(postgres, config, ProxyListener.NONE)) {
        String refusal = refusal(proxy, "alice", "wonderland");
        assertTrue(refusal.startsWith("57P03 FATAL: user \"alice\" cannot be looked up"), refusal);
      }
    }
  }

  @Test
  void anotherConfiguration_keepsGuests_orSendsThemHome() throws Exception {
    try (TestProxy proxy = proxy(10);
        Connection alice = connect(proxy, "alice", "wonderland")) {
      assertEquals("alice", one(alice, "select current_user"));
      proxy.proxy().apply(config(QUERY, 20));
      assertEquals("alice", one(alice, "select current_user"), "it takes guests still");
      proxy
          .proxy()
          .apply(
              TestProxy.config(postgres, TestProxy.pool(2, Duration.ofSeconds(2)), Limits.DEFAULT));
      SQLException gone = assertThrows(SQLException.class, () -> one(alice, "select 1"));
      assertEquals("57P01", gone.getSQLState());
      assertTrue(refusal(proxy, "alice", "wonderland").startsWith("28P01"));
    }
  }
}
