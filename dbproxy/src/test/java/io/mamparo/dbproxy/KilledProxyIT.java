package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import io.mamparo.testkit.RealPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * The proxy is killed over and over while clients write; on demand a hundred times: {@code mvn
 * verify -pl dbproxy -am -Dit.test=KilledProxyIT -Dmamparo.kills=100}.
 */
class KilledProxyIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int CLIENTS = 6;

  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<String> tried = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean go = new AtomicBoolean(true);
  private final int port = Ports.free();

  @Test
  void kills_loseNoCommittedTransactionAndDoubleNone() throws Exception {
    int kills = Integer.getInteger("mamparo.kills", 2);
    try (RealPostgres postgres = RealPostgres.start();
        Connection direct =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password())) {
      try (Statement statement = direct.createStatement()) {
        // No key: a transaction that was carried out twice would be seen.
        statement.execute("create table paid (id text)");
      }
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String name = "client " + i;
        clients.add(Thread.ofVirtual().start(() -> pay(name)));
      }
      Process proxy = ProxyProcess.start(postgres, port);
      try {
        for (int kill = 0; kill < kills; kill++) {
          int before = acknowledged.size();
          Await.until(
              "they pay, after " + kill + " kills", SOON, () -> acknowledged.size() > before + 20);
          proxy.destroyForcibly().waitFor();
          proxy = ProxyProcess.start(postgres, port);
        }
        int before = acknowledged.size();
        Await.until("they pay at the end", SOON, () -> acknowledged.size() > before + 20);
        go.set(false);
        for (Thread client : clients) {
          client.join();
        }
      } finally {
        go.set(false);
        proxy.destroyForcibly().waitFor();
      }
      check(direct);
    }
  }

  /** Pays, each time under another name; whoever is not told the outcome goes on with the next. */
  private void pay(String name) {
    int number = 0;
    while (go.get()) {
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://127.0.0.1:" + port + "/db?sslmode=disable",
                  TestProxy.USER,
                  TestProxy.PASSWORD);
          PreparedStatement insert = connection.prepareStatement("insert into paid values (?)")) {
        connection.setAutoCommit(false);
        while (go.get()) {
          String id = name + ", " + number++;
          tried.add(id);
          insert.setString(1, id);
          insert.executeUpdate();
          connection.commit();
          acknowledged.add(id);
        }
      } catch (SQLException e) {
        Thread.onSpinWait();
      }
    }
  }

  private void check(Connection direct) throws SQLException {
    Set<String> there = ConcurrentHashMap.newKeySet();
    int rows = 0;
    try (Statement statement = direct.createStatement();
        ResultSet paid = statement.executeQuery("select id from paid")) {
      while (paid.next()) {
        there.add(paid.getString(1));
        rows++;
      }
    }
    assertEquals(there.size(), rows, "nothing was paid twice");
    assertTrue(there.containsAll(acknowledged), "nothing that was acknowledged is lost");
    assertTrue(tried.containsAll(there), "nothing is there that nobody asked for");
  }
}
