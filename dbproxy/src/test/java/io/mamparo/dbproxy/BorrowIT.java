package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A pool that has nothing left: who waits, who is refused, in which words, and who does not notice.
 */
class BorrowIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static RealPostgres postgres;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static DatabaseProxyConfig twoLogins(Duration patience) {
    return new DatabaseProxyConfig(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(
            new DatabaseProxyConfig.Database(
                "db",
                "127.0.0.1",
                postgres.port(),
                postgres.database(),
                DatabaseProxyConfig.BreakerSettings.DEFAULT)),
        List.of(
            TestProxy.login(postgres, "app", TestProxy.pool(2, patience), "orders"),
            TestProxy.login(postgres, "other", TestProxy.pool(2, patience), "cars")),
        DatabaseProxyConfig.Limits.DEFAULT);
  }

  @Test
  void exhaustion_isRefusedIn53300WithThePoolsNameAndCounted() throws IOException {
    Heard heard = new Heard();
    try (TestProxy proxy = new TestProxy(postgres, twoLogins(Duration.ofMillis(300)), heard);
        RawClient one = proxy.raw();
        RawClient two = proxy.raw();
        RawClient three = proxy.raw();
        RawClient other = RawClient.logIn(proxy.port(), "other", TestProxy.PASSWORD, "db")) {
      one.query("begin");
      two.query("begin");
      long begin = System.nanoTime();
      List<RawClient.Message> refused = three.query("select 1");
      assertTrue(System.nanoTime() - begin >= Duration.ofMillis(299).toNanos());
      assertEquals(2, refused.size(), refused.toString());
      String error = refused.getFirst().toString();
      assertTrue(error.contains("|C53300|"), error);
      assertTrue(error.contains("all 2 connections of the pool of login \"app\""), error);
      assertTrue(error.contains("borrow-timeout"), error);
      assertEquals("Z:I", refused.getLast().toString());
      assertEquals(List.of("app"), heard.timeouts);
      Await.until("counted", LONG, () -> heard.states.contains("53300"));
      ProxySnapshot.Pool pool = proxy.pool();
      assertEquals(1, pool.timeouts());
      assertEquals(2, pool.active());

      // The bulkhead: another login's pool is not touched, and the refused client may try again.
      assertEquals("D", types(other.query("select 1")).substring(1, 2));
      one.query("commit");
      assertEquals("TDCZ", types(three.query("select 1")));
    }
  }

  private static String types(List<RawClient.Message> messages) {
    StringBuilder types = new StringBuilder();
    messages.forEach(message -> types.append(message.type()));
    return types.toString();
  }

  @Test
  void extendedQueries_areRefusedOnceAndSkippedToTheSync() throws IOException {
    try (TestProxy proxy = new TestProxy(postgres, 1, Duration.ofMillis(500), ProxyListener.NONE);
        RawClient one = proxy.raw();
        RawClient two = proxy.raw()) {
      one.query("begin");
      two.send(
          new Script()
              .parse("a", "select 1")
              .bind("", "a")
              .execute("", 0)
              .sync()
              .parse("b", "select 2")
              .bind("", "b")
              .execute("", 0)
              .sync()
              .bytes());
      assertEquals("EZEZ", types(two.readToReady(2)));
      one.query("commit");
      two.send(new Script().bind("", "a").sync().bytes());
      List<RawClient.Message> unknown = two.readToReady(1);
      assertTrue(unknown.toString().contains("C26000"), unknown.toString());
    }
  }

  @Test
  void waiters_areServedInTheOrderTheyCame() throws Exception {
    try (TestProxy proxy = new TestProxy(postgres, 1, LONG, ProxyListener.NONE);
        RawClient holder = proxy.raw();
        RawClient table = proxy.raw()) {
      table.query("create table arrivals (n serial, who int)");
      holder.query("begin");
      List<RawClient> waiters = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        RawClient waiter = proxy.raw();
        waiters.add(waiter);
        waiter.send(new Script().query("insert into arrivals (who) values (" + i + ")").bytes());
        int waiting = i + 1;
        Await.until("in line", LONG, () -> proxy.pool().waiting() == waiting);
      }
      holder.query("commit");
      for (RawClient waiter : waiters) {
        assertEquals("CZ", types(waiter.readToReady(1)));
        waiter.close();
      }
      String row =
          holder.query("select string_agg(who::text, '' order by n) from arrivals").get(1).body();
      String order = row.substring(row.length() - 6);
      for (int i = 0; i < 6; i++) {
        // First come first served on each of two loops, and nearly so between them.
        int place = order.indexOf(Integer.toString(i));
        assertTrue(place >= 0 && Math.abs(place - i) <= 2, order);
      }
      holder.query("drop table arrivals");
    }
  }

  @Test
  void tooManyClients_areRefusedIn53300() throws IOException {
    DatabaseProxyConfig config =
        TestProxy.config(
            postgres,
            TestProxy.pool(1, LONG),
            new DatabaseProxyConfig.Limits(2, Duration.ofSeconds(10), 200, 5_000));
    try (TestProxy proxy = new TestProxy(postgres, config, ProxyListener.NONE);
        RawClient one = proxy.raw()) {
      RawClient two = proxy.raw();
      IOException refused = assertThrows(IOException.class, proxy::raw);
      assertTrue(String.valueOf(refused.getMessage()).contains("C53300"), refused.getMessage());
      one.query("select 1");
      two.query("select 1");
      assertEquals(1, proxy.proxy().observe().clients().refused());
      two.close();
      Await.until("one has gone", LONG, () -> proxy.proxy().observe().clients().connected() == 1);
      proxy.raw().close();
    }
  }

  @Test
  void aClientThatGoesWhileInLine_leavesTheLine() throws IOException {
    try (TestProxy proxy = new TestProxy(postgres, 1, LONG, ProxyListener.NONE);
        RawClient holder = proxy.raw();
        RawClient next = proxy.raw()) {
      holder.query("begin");
      RawClient gone = proxy.raw();
      gone.send(new Script().query("select 1").bytes());
      Await.until("in line", LONG, () -> proxy.pool().waiting() == 1);
      gone.close();
      Await.until("out of line", LONG, () -> proxy.pool().waiting() == 0);
      holder.query("commit");
      assertEquals("TDCZ", types(next.query("select 1")));
    }
  }
}
