package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Pool;
import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Limits of pools and orders of the administrator, with a real server. */
class PoolOrdersIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static RealPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static Pool pool(int min, int max, int waiting, Duration borrow, Times times) {
    return new Pool(
        min,
        max,
        max,
        waiting,
        borrow,
        Duration.ofMinutes(1),
        Duration.ofHours(1),
        Duration.ofSeconds(30),
        times);
  }

  private static TestProxy proxy(Pool pool) {
    return new TestProxy(
        postgres, TestProxy.config(postgres, pool, Limits.DEFAULT), ProxyListener.NONE);
  }

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static String sqlState(CompletableFuture<?> failing) {
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> failing.get(20, TimeUnit.SECONDS));
    Throwable cause = java.util.Objects.requireNonNull(e.getCause()).getCause();
    return ((SQLException) java.util.Objects.requireNonNull(cause)).getSQLState();
  }

  private static CompletableFuture<String> later(Connection connection, String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return ask(connection, sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  @Test
  void pause_holdsClientsLongerThanTheBorrowTimeoutUntilResume() throws Exception {
    try (TestProxy proxy = proxy(pool(0, 4, 100, SHORT, Times.UNLIMITED));
        Connection before = proxy.jdbc();
        Connection client = proxy.jdbc()) {
      before.setAutoCommit(false);
      assertEquals("1", ask(before, "select 1"));
      assertEquals(1, proxy.proxy().pause("db", Duration.ofMillis(50)), "a transaction is open");
      CompletableFuture<String> held = later(client, "select 2");
      Await.until("somebody waits", SOON, () -> proxy.pool().waiting() == 1);
      assertEquals("1", ask(before, "select 1"), "a transaction goes on");
      before.commit();
      assertEquals(0, proxy.proxy().pause("db", SOON));
      long begin = System.nanoTime();
      Await.until(
          "longer than the time-out", SOON, () -> System.nanoTime() - begin > 2 * SHORT.toNanos());
      assertFalse(held.isDone());
      assertTrue(proxy.proxy().observe().databases().getFirst().paused());
      proxy.proxy().resume("db");
      assertEquals("2", held.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void reconnect_replacesConnectionsWhenTheirTransactionsEnd() throws Exception {
    try (TestProxy proxy = proxy(pool(0, 1, 100, SOON, Times.UNLIMITED));
        Connection client = proxy.jdbc()) {
      client.setAutoCommit(false);
      String pid = ask(client, "select pg_backend_pid()");
      proxy.proxy().reconnect("db");
      assertEquals(pid, ask(client, "select pg_backend_pid()"));
      client.commit();
      assertFalse(pid.equals(ask(client, "select pg_backend_pid()")));
    }
  }

  @Test
  void kill_closesAllAndHoldsWhoComesBack() throws Exception {
    try (TestProxy proxy = proxy(pool(0, 4, 100, SOON, Times.UNLIMITED));
        Connection client = proxy.jdbc()) {
      CompletableFuture<String> running = later(client, "select pg_sleep(60)");
      Await.until("it runs", SOON, () -> proxy.pool().active() == 1);
      proxy.proxy().kill("db");
      assertEquals("57P01", sqlState(running));
      Await.until("nothing is open", SOON, () -> proxy.pool().active() == 0);
      CompletableFuture<Connection> again =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  Connection back = proxy.jdbc();
                  assertEquals("3", ask(back, "select 3"));
                  return back;
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              },
              task -> Thread.ofVirtual().start(task));
      Await.until("it waits", SOON, () -> proxy.pool().waiting() == 1);
      proxy.proxy().resume("db");
      again.get(20, TimeUnit.SECONDS).close();
    }
  }

  @Test
  void disable_refusesNewClientsAndKeepsOthers() throws Exception {
    try (TestProxy proxy = proxy(pool(0, 4, 100, SOON, Times.UNLIMITED));
        Connection client = proxy.jdbc()) {
      proxy.proxy().disable("db");
      assertEquals("57P03", assertThrows(SQLException.class, proxy::jdbc).getSQLState());
      assertEquals("1", ask(client, "select 1"));
      proxy.proxy().enable("db");
      proxy.jdbc().close();
    }
  }

  @Test
  void line_isBounded() throws Exception {
    try (TestProxy proxy = proxy(pool(0, 1, 2, SOON, Times.UNLIMITED));
        Connection holder = proxy.jdbc()) {
      List<Connection> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        clients.add(proxy.jdbc());
      }
      holder.setAutoCommit(false);
      ask(holder, "select 1");
      CompletableFuture<String> first = later(clients.get(0), "select 1");
      CompletableFuture<String> second = later(clients.get(1), "select 2");
      Await.until("two wait", SOON, () -> proxy.pool().waiting() == 2);
      assertEquals("53300", sqlState(later(clients.get(2), "select 3")));
      holder.commit();
      assertEquals("1", first.get(20, TimeUnit.SECONDS));
      assertEquals("2", second.get(20, TimeUnit.SECONDS));
      for (Connection client : clients) {
        client.close();
      }
    }
  }

  @Test
  void warmUp_opensTheMinimumBeforeAnybodyAsks() {
    try (TestProxy proxy = proxy(pool(3, 5, 2, SOON, Times.UNLIMITED))) {
      Await.until("three are open", SOON, () -> proxy.pool().idle() == 3);
    }
  }

  @Test
  void idleInTransaction_isRolledBackAndTheClientStays() throws Exception {
    Times times = new Times(Duration.ZERO, SHORT, Duration.ZERO);
    try (TestProxy proxy = proxy(pool(0, 1, 100, SOON, times));
        Connection idler = proxy.jdbc();
        Connection other = proxy.jdbc()) {
      ask(idler, "select 0");
      try (Statement statement = idler.createStatement()) {
        statement.execute("create table idled (n int)");
        idler.setAutoCommit(false);
        statement.execute("insert into idled values (1)");
        assertEquals("0", ask(other, "select count(*) from idled"), "it got the connection");
        SQLException e =
            assertThrows(SQLException.class, () -> statement.execute("select 'too late'"));
        assertEquals("25P03", e.getSQLState());
        idler.rollback();
        idler.setAutoCommit(true);
        assertEquals("0", ask(idler, "select count(*) from idled"));
      }
    }
  }

  @Test
  void longTransaction_isCanceled() throws Exception {
    Times times = new Times(SHORT, Duration.ZERO, Duration.ZERO);
    try (TestProxy proxy = proxy(pool(0, 1, 100, SOON, times));
        Connection client = proxy.jdbc()) {
      ask(client, "select 0");
      SQLException e = assertThrows(SQLException.class, () -> ask(client, "select pg_sleep(60)"));
      assertEquals("25P04", e.getSQLState());
      assertEquals("1", ask(client, "select 1"), "the client stays");
      client.setAutoCommit(false);
      assertEquals("2", ask(client, "select 2"));
      SQLException inside =
          assertThrows(SQLException.class, () -> ask(client, "select pg_sleep(60)"));
      assertEquals("25P04", inside.getSQLState());
      client.rollback();
      assertEquals("3", ask(client, "select 3"));
    }
  }

  @Test
  void idleClient_isToldToGo() throws Exception {
    Times times = new Times(Duration.ZERO, Duration.ZERO, SHORT);
    try (TestProxy proxy = proxy(pool(0, 1, 100, SOON, times));
        RawClient client = proxy.raw()) {
      assertTrue(client.read().body().contains("57P05"));
    }
  }
}
