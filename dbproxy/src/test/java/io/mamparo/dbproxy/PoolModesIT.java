package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.Admin;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Pool;
import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Session and statement mode, with a real server. */
class PoolModesIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String ADMIN = "boss";

  private static RealPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static Pool pool(PoolMode mode, int max, Times times) {
    Duration minute = Duration.ofMinutes(1);
    return new Pool(0, max, max, 100, SOON, minute, minute, minute, times, mode);
  }

  private static DatabaseProxyConfig config(Pool pool) {
    return TestProxy.config(postgres, pool, Limits.DEFAULT)
        .withAdmins(List.of(new Admin(ADMIN, Secret.of("pw"))));
  }

  private static TestProxy proxy(PoolMode mode, int max, ProxyListener listener) {
    return new TestProxy(postgres, config(pool(mode, max, Times.UNLIMITED)), listener);
  }

  private static String pid(RawClient client) throws IOException {
    return client.query("select 'pid=' || pg_backend_pid()").get(1).body().replaceAll(".*=", "");
  }

  private static String types(List<RawClient.Message> messages) {
    StringBuilder types = new StringBuilder();
    messages.forEach(message -> types.append(message.type()));
    return types.toString();
  }

  // ---- session

  @Test
  void session_keepsItsServerUntilItGoesAndLeavesItClean() throws IOException {
    Heard heard = new Heard();
    try (TestProxy proxy = proxy(PoolMode.SESSION, 1, heard)) {
      String first;
      RawClient client = proxy.raw();
      try (RawClient next = proxy.raw()) {
        assertEquals(Map.of(), proxy.pool().pinned(), "a log-in holds nothing");
        first = pid(client);
        assertEquals(Map.of(PinReason.SESSION_MODE, 1), proxy.pool().pinned());
        client.query("set app.mine = 'secret'");
        client.query("select set_config('work_mem', '9MB', false)");
        client.query("create temp table left_behind (a int); listen news");
        client.query("select pg_advisory_lock(7); prepare mine as select 1");
        client.query("discard all");
        assertEquals(Map.of(PinReason.SESSION_MODE, 1), proxy.pool().pinned(), "DISCARD ALL");
        client.query("set app.mine = 'secret'; create temp table left_behind (a int)");
        client.query("select pg_advisory_lock(7)");
        client.query("begin; insert into left_behind values (1)");

        next.send(new Script().query("select 'pid=' || pg_backend_pid()").bytes());
        Await.until("the next one waits", SOON, () -> proxy.pool().waiting() == 1);
        assertEquals(first, pid(client));
        client.close();
        String said = next.readToReady(1).toString();
        assertTrue(said.contains("pid=" + first), said);
        assertTrue(
            next.query("select 'n=' || count(*) from pg_locks where locktype = 'advisory'")
                .toString()
                .contains("n=0"));
        String mine =
            next.query("select 'mine=' || coalesce(current_setting('app.mine', true), '')")
                .toString();
        assertTrue(mine.contains("mine=") && !mine.contains("secret"), mine);
        assertTrue(next.query("select * from left_behind").toString().contains("C42P01"));
        assertTrue(next.query("show work_mem").toString().contains("4MB"));
      }
      Await.until("nobody is pinned", SOON, () -> proxy.pool().pinned().isEmpty());
      assertEquals(2, heard.pins.size(), heard.pins.toString());
      assertTrue(
          heard.pins.getFirst().startsWith("session mode: ")
              && heard.pins.getFirst().endsWith("until the session ends"),
          heard.pins.toString());
    }
  }

  @Test
  void session_hasWhatTransactionsDoNotKeep() throws SQLException {
    try (TestProxy proxy = proxy(PoolMode.SESSION, 3, ProxyListener.NONE);
        Connection connection = proxy.jdbc("prepareThreshold=1");
        Connection other = proxy.jdbc();
        Statement statement = connection.createStatement();
        Statement others = other.createStatement()) {
      others.execute("create sequence counted");
      statement.execute("select nextval('counted')");
      others.execute("select nextval('counted')");
      // Settings that only a function makes stay where they are, and nobody asks for them.
      statement.execute("do $$ begin perform set_config('app.hidden', 'yes', false); end $$");
      for (int i = 0; i < 5; i++) {
        assertEquals("1", first(statement, "select currval('counted')"));
        assertEquals("yes", first(statement, "select current_setting('app.hidden')"));
        try (PreparedStatement prepared = connection.prepareStatement("select ?::int + 1")) {
          prepared.setInt(1, i);
          try (ResultSet rows = prepared.executeQuery()) {
            assertTrue(rows.next());
            assertEquals(i + 1, rows.getInt(1));
          }
        }
      }
    }
  }

  private static String first(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }

  @Test
  void session_isToldToGoWhenItsServerIsLost() throws IOException {
    try (TestProxy proxy = proxy(PoolMode.SESSION, 2, ProxyListener.NONE);
        RawClient client = proxy.raw();
        RawClient direct = proxy.direct()) {
      direct.query("select pg_terminate_backend(" + pid(client) + ")");
      String said = client.read().toString();
      assertTrue(said.contains("FATAL") && said.contains("C57P01"), said);
      assertTrue(client.closedByPeer());
    }
  }

  @Test
  void session_thatIsIdleForTooLongIsToldToGo() throws IOException {
    Times times = new Times(Duration.ZERO, Duration.ZERO, SHORT);
    try (TestProxy proxy =
            new TestProxy(postgres, config(pool(PoolMode.SESSION, 1, times)), ProxyListener.NONE);
        RawClient client = proxy.raw()) {
      client.query("select 1");
      assertTrue(client.read().toString().contains("C57P05"));
      Await.until("given back", SOON, () -> proxy.pool().idle() == 1);
    }
  }

  @Test
  void pause_waitsForSessionsToGo() throws IOException {
    try (TestProxy proxy = proxy(PoolMode.SESSION, 2, ProxyListener.NONE)) {
      RawClient client = proxy.raw();
      String held = pid(client);
      assertEquals(1, proxy.proxy().pause("db", Duration.ofMillis(50)));
      assertEquals(held, pid(client), "who has a connection goes on");
      client.close();
      assertEquals(0, proxy.proxy().pause("db", SOON));
      proxy.proxy().resume("db");
    }
  }

  // ---- statement

  @Test
  void statement_refusesTransactionsAndWhatIsSentBehindThem() throws IOException {
    Heard heard = new Heard();
    try (TestProxy proxy = proxy(PoolMode.STATEMENT, 2, heard);
        RawClient client = proxy.raw()) {
      client.query("create table few (a int)");
      List<RawClient.Message> refused = client.query("begin");
      assertEquals("EZ", types(refused));
      String error = refused.getFirst().toString();
      assertTrue(error.contains("|C0A000|") && error.contains("autocommit"), error);
      assertEquals("Z:E", refused.getLast().toString(), "as a transaction that has failed");
      String behind = client.query("insert into few values (1)").toString();
      assertTrue(behind.contains("C25P02") && behind.contains("It was refused"), behind);
      assertEquals("C:ROLLBACK|", client.query("commit").getFirst().toString());
      client.send(
          new Script()
              .query("start transaction")
              .query("insert into few values (2)")
              .query("commit")
              .query("select 'n=' || count(*) from few")
              .bytes());
      String said = client.readToReady(4).toString();
      assertTrue(said.contains("n=0"), said);
      assertTrue(heard.refusals.contains("transaction in statement mode"), "told");
      Await.until("nothing is held", SOON, () -> proxy.pool().active() == 0);
      client.query("drop table few");
    }
  }

  @Test
  void statement_letsWhatIsOneTransactionPass() throws IOException {
    try (TestProxy proxy = proxy(PoolMode.STATEMENT, 1, ProxyListener.NONE);
        RawClient client = proxy.raw();
        RawClient other = proxy.raw()) {
      assertEquals(
          "CCCZ",
          types(client.query("create table a1 (x int); insert into a1 values (1); drop table a1")));
      assertEquals("CTDCCZ", types(client.query("begin; select 1; commit")));
      client.send(
          new Script()
              .parse("", "select 1")
              .bind("", "")
              .execute("", 0)
              .parse("", "select 2")
              .bind("", "")
              .execute("", 0)
              .sync()
              .bytes());
      assertEquals("12DC12DCZ", types(client.readToReady(1)));
      assertEquals("TDCZ", types(other.query("select 3")), "the connection is free in between");
    }
  }

  @Test
  void statement_refusesInTheMiddleOfABatchWhichIsUndone() throws IOException {
    try (TestProxy proxy = proxy(PoolMode.STATEMENT, 1, ProxyListener.NONE);
        RawClient client = proxy.raw()) {
      client.query("create table half (a int)");
      client.send(
          new Script()
              .parse("", "insert into half values (1)")
              .bind("", "")
              .execute("", 0)
              .parse("b", "begin")
              .bind("", "b")
              .execute("", 0)
              .sync()
              .query("insert into half values (2)")
              .query("rollback")
              .query("select 'n=' || count(*) from half")
              .bytes());
      List<RawClient.Message> said = client.readToReady(4);
      assertEquals("12CEZEZCZTDCZ", types(said), said.toString());
      assertTrue(said.toString().contains("n=0"), said.toString());
      client.query("drop table half");
    }
  }

  @Test
  void statement_endsAClientThatHasBegunATransactionAllTheSame() throws IOException {
    try (TestProxy proxy = proxy(PoolMode.STATEMENT, 1, ProxyListener.NONE);
        RawClient other = proxy.raw()) {
      other.query("create table open (a int)");
      String text = "begin; insert into open values (1); select '" + "x".repeat(20_000) + "'";
      byte[] bytes = new Script().query(text).bytes();
      try (RawClient client = proxy.raw()) {
        // What has begun to pass cannot be held back.
        client.send(java.util.Arrays.copyOf(bytes, 18_000));
        Await.until("it passes", SOON, () -> proxy.pool().active() == 1);
        client.send(java.util.Arrays.copyOfRange(bytes, 18_000, bytes.length));
        ends(client);
      }
      assertTrue(other.query("select 'n=' || count(*) from open").toString().contains("n=0"));
      try (RawClient client = proxy.raw()) {
        client.send(
            new Script().query("begin; commit; begin; insert into open values (2)").bytes());
        ends(client);
      }
      assertTrue(other.query("select 'n=' || count(*) from open").toString().contains("n=0"));
      other.query("drop table open");
    }
  }

  private static void ends(RawClient client) throws IOException {
    assertEquals("Z:T", client.readToReady(1).getLast().toString());
    String said = client.read().toString();
    assertTrue(said.contains("FATAL") && said.contains("C0A000"), said);
    assertTrue(client.closedByPeer());
  }

  @Test
  void statement_refusesADriversTransactionsAndServesItOtherwise() throws SQLException {
    try (TestProxy proxy = proxy(PoolMode.STATEMENT, 1, ProxyListener.NONE);
        Connection connection = proxy.jdbc("prepareThreshold=1");
        Connection other = proxy.jdbc();
        Statement statement = connection.createStatement();
        Statement others = other.createStatement()) {
      for (int i = 0; i < 3; i++) {
        assertEquals("1", first(statement, "select 1"));
        connection.setAutoCommit(false);
        SQLException e =
            assertThrows(SQLException.class, () -> statement.execute("create table never (a int)"));
        assertEquals("0A000", e.getSQLState());
        assertEquals("2", first(others, "select 2"), "nothing is held");
        connection.rollback();
        connection.setAutoCommit(true);
      }
      assertEquals("t", first(statement, "select to_regclass('never') is null"));
    }
  }

  // ---- both

  @Test
  void modes_areShownAndChangeForNewClients() throws IOException {
    try (TestProxy proxy = proxy(PoolMode.SESSION, 2, ProxyListener.NONE);
        RawClient admin = RawClient.logIn(proxy.port(), ADMIN, "pw", "mamparo");
        RawClient before = proxy.raw()) {
      for (String show : List.of("show pools", "show databases", "show config")) {
        assertTrue(admin.query(show).toString().contains("session"), show);
      }
      String held = pid(before);
      String pins = admin.query("show pins").toString();
      assertTrue(pins.contains("session mode"), pins);
      proxy.proxy().apply(config(pool(PoolMode.TRANSACTION, 2, Times.UNLIMITED)));
      assertEquals(held, pid(before));
      String pools = admin.query("show pools").toString();
      assertTrue(pools.contains("transaction") && !pools.contains("session"), pools);
      try (RawClient after = proxy.raw()) {
        assertNotEquals(held, pid(after), "the other is kept");
        after.query("begin");
        after.query("commit");
        Await.until("given back", SOON, () -> proxy.pool().active() == 1);
      }
      assertFalse(proxy.pool().pinned().isEmpty());
    }
  }
}
