package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A new configuration while clients work, and the end of the proxy while transactions are open. */
class ReconfigureIT {
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

  private static DatabaseProxyConfig config(int max) {
    return TestProxy.config(
        postgres, TestProxy.pool(max, LONG), DatabaseProxyConfig.Limits.DEFAULT);
  }

  @Test
  void poolSizes_changeUnderLoadWithoutAnError() throws Exception {
    try (TestProxy proxy = new TestProxy(postgres, config(4), ProxyListener.NONE)) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger done = new AtomicInteger();
      List<Throwable> errors = new CopyOnWriteArrayList<>();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int number = i;
        clients.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (RawClient client = proxy.raw()) {
                        while (!stop.get()) {
                          String said = client.query("select 'of " + number + "'").toString();
                          assertTrue(said.contains("of " + number), said);
                          done.incrementAndGet();
                        }
                      } catch (IOException | AssertionError e) {
                        errors.add(e);
                      }
                    }));
      }
      for (int max : new int[] {1, 6, 2, 3, 1}) {
        proxy.proxy().apply(config(max));
        int before = done.get();
        Await.until("clients go on", LONG, () -> done.get() > before + 50);
        Await.until(
            "the pool has its new size",
            LONG,
            () -> proxy.pool().active() + proxy.pool().idle() <= max);
      }
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), errors);
    }
  }

  @Test
  void removedLogins_endAfterTheirTransactionWith57P01() throws IOException {
    try (TestProxy proxy = new TestProxy(postgres, config(4), ProxyListener.NONE);
        RawClient idle = proxy.raw();
        RawClient busy = proxy.raw();
        RawClient pinned = proxy.raw()) {
      busy.query("begin");
      pinned.query("create temp table kept (a int)");
      DatabaseProxyConfig before = config(4);
      proxy
          .proxy()
          .apply(
              new DatabaseProxyConfig(
                  before.listen(), before.databases(), List.of(), before.limits()));
      assertTrue(idle.read().toString().contains("C57P01"));
      assertTrue(idle.closedByPeer());
      assertTrue(pinned.read().toString().contains("C57P01"), "idle, though pinned");
      assertTrue(busy.query("select 'goes on'").toString().contains("goes on"));
      assertTrue(busy.query("commit").toString().contains("COMMIT"));
      assertTrue(busy.read().toString().contains("C57P01"));
      assertThrows(IOException.class, proxy::raw);
    }
  }

  @Test
  void drain_waitsForTransactionsAndNoLonger() throws Exception {
    TestProxy proxy = new TestProxy(postgres, config(4), ProxyListener.NONE);
    try (RawClient idle = proxy.raw();
        RawClient ends = proxy.raw();
        RawClient stays = proxy.raw()) {
      ends.query("begin");
      stays.query("begin");
      int port = proxy.port();
      Thread drain = Thread.ofVirtual().start(() -> proxy.proxy().close(Duration.ofMillis(1_500)));
      assertTrue(idle.read().toString().contains("C57P01"));
      assertThrows(IOException.class, () -> RawClient.logIn(port, "app", "x", "db"));
      assertTrue(ends.query("select 'still'").toString().contains("still"));
      assertTrue(drain.isAlive());
      assertTrue(ends.query("commit").toString().contains("COMMIT"));
      assertTrue(ends.read().toString().contains("C57P01"));
      assertTrue(stays.read().toString().contains("C57P01"));
      drain.join();
      try (RawClient direct = proxy.direct()) {
        Await.until(
            "no server connection is left",
            LONG,
            () ->
                direct
                    .query(
                        "select 'n=' || count(*) from pg_stat_activity"
                            + " where backend_type = 'client backend'"
                            + " and pid <> pg_backend_pid()")
                    .toString()
                    .contains("n=0"));
      }
    } finally {
      proxy.close();
    }
  }
}
