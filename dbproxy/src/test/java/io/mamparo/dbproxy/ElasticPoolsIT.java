package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Database;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Login;
import io.mamparo.dbproxy.DatabaseProxyConfig.Pool;
import io.mamparo.dbproxy.DatabaseProxyConfig.Replicas;
import io.mamparo.dbproxy.DatabaseProxyConfig.Server;
import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Two services share ten connections: six are the first one's, four the second one's. */
class ElasticPoolsIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int ALL = 10;

  private final AtomicBoolean go = new AtomicBoolean(true);
  private final AtomicInteger failures = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();

  private static DatabaseProxyConfig config(RealPostgres postgres) {
    return new DatabaseProxyConfig(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(
            new Database(
                "db",
                List.of(new Server("127.0.0.1", postgres.port())),
                postgres.database(),
                BreakerSettings.DEFAULT,
                UpstreamTls.OFF,
                ALL,
                Replicas.DEFAULT,
                null)),
        List.of(login(postgres, "large", 6), login(postgres, "small", 4)),
        Limits.DEFAULT);
  }

  private static Login login(RealPostgres postgres, String user, int share) {
    Duration minute = Duration.ofMinutes(1);
    return TestProxy.login(
        postgres,
        user,
        new Pool(0, share, ALL, 100, SOON, minute, minute, minute, Times.UNLIMITED),
        user);
  }

  private void work(TestProxy proxy, String user, int clients) {
    for (int i = 0; i < clients; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Connection connection =
                            DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:"
                                    + proxy.port()
                                    + "/db?sslmode=disable",
                                user,
                                TestProxy.PASSWORD);
                        Statement statement = connection.createStatement()) {
                      while (go.get()) {
                        statement.execute("select pg_sleep(0.02)");
                      }
                    } catch (SQLException e) {
                      failures.incrementAndGet();
                    }
                  }));
    }
  }

  private static int open(TestProxy proxy, String user) {
    return proxy.proxy().observe().pools().stream()
        .filter(pool -> pool.login().equals(user))
        .mapToInt(pool -> pool.active() + pool.idle())
        .sum();
  }

  @Test
  void idleConnections_areBorrowedAndComeBackWhenTheirOwnerNeedsThem() throws Exception {
    try (RealPostgres postgres = RealPostgres.start();
        TestProxy proxy = new TestProxy(postgres, config(postgres), ProxyListener.NONE)) {
      work(proxy, "small", 20);
      Await.until("the small one has them all", SOON, () -> open(proxy, "small") == ALL);
      long needed = System.nanoTime();
      work(proxy, "large", 20);
      Await.until("each has its share", SOON, () -> open(proxy, "large") >= 6);
      long millis = (System.nanoTime() - needed) / 1_000_000;
      assertTrue(millis < 5_000, "the share came back after " + millis + " ms");
      Await.until("no more than that", SOON, () -> open(proxy, "small") == 4);
      go.set(false);
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(0, failures.get());
      try (Connection direct =
              DriverManager.getConnection(
                  postgres.jdbcUrl(), postgres.user(), postgres.password());
          Statement statement = direct.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "select count(*) from pg_stat_activity where backend_type = 'client backend'"
                      + " and pid <> pg_backend_pid()")) {
        rows.next();
        assertTrue(rows.getInt(1) <= ALL, rows.getInt(1) + " on the server");
      }
    }
  }
}
