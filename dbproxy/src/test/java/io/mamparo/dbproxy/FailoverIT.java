package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Database;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Replicas;
import io.mamparo.dbproxy.DatabaseProxyConfig.Server;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A primary and a replica that streams from it, behind the proxy, while one of them fails. */
class FailoverIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int CLIENTS = 8;

  private RealPostgres first;
  private RealPostgres second;
  private TestProxy proxy;
  private final List<String> splits = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws SQLException {
    first = RealPostgres.start("wal_level=replica");
    second = RealPostgres.replicaOf(first);
    try (Connection direct = direct(first);
        Statement statement = direct.createStatement()) {
      statement.execute("create table booked (id int primary key)");
    }
    proxy =
        new TestProxy(
            first,
            config(),
            new ProxyListener() {
              @Override
              public void onStatement(StatementRecord statement) {}

              @Override
              public void onSplitBrain(String database, String primary, String rivals) {
                splits.add(primary + " against " + rivals);
              }
            });
    Await.until("the replica is found", SOON, () -> role(second).equals("replica"));
    Await.until("the replica is near", SOON, () -> roleCount("replica") == 1);
  }

  private DatabaseProxyConfig config() {
    return new DatabaseProxyConfig(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(
            new Database(
                "db",
                // The replica stands first: which is which is found out.
                List.of(
                    new Server("127.0.0.1", second.port()), new Server("127.0.0.1", first.port())),
                first.database(),
                BreakerSettings.DEFAULT,
                UpstreamTls.OFF,
                0,
                new Replicas(Duration.ofSeconds(5), true),
                new DatabaseProxyConfig.Guests(
                    "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = $1",
                    first.user(),
                    Secret.of(first.password()),
                    TestProxy.pool(2, SOON),
                    10))),
        List.of(TestProxy.login(first, TestProxy.USER, TestProxy.pool(4, SOON), null)),
        Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    proxy.close();
    first.close();
    second.close();
  }

  private static Connection direct(RealPostgres server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
  }

  private List<ProxySnapshot.Server> servers() {
    return proxy.proxy().observe().databases().getFirst().servers();
  }

  private String role(RealPostgres server) {
    return servers().stream()
        .filter(s -> s.address().endsWith(":" + server.port()))
        .findFirst()
        .orElseThrow()
        .role();
  }

  private long roleCount(String role) {
    return servers().stream().filter(s -> s.role().equals(role) && s.answers()).count();
  }

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private Connection readOnlyEndpoint() throws SQLException {
    return connect("db-ro", TestProxy.USER, TestProxy.PASSWORD);
  }

  private Connection connect(String database, String user, String password) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/" + database + "?sslmode=disable",
        user,
        password);
  }

  /** Books numbers one after the other, and knows what it was told of each. */
  private final class Booker implements Runnable {
    private final int number;
    private final AtomicBoolean go;
    private final Map<Integer, String> outcomes = new ConcurrentHashMap<>();
    private final AtomicInteger disconnects = new AtomicInteger();

    Booker(int number, AtomicBoolean go) {
      this.number = number;
      this.go = go;
    }

    @Override
    public void run() {
      try (Connection connection = proxy.jdbc();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        for (int id = number; go.get(); id += CLIENTS) {
          outcomes.put(id, book(connection, statement, id));
        }
      } catch (SQLException e) {
        disconnects.incrementAndGet();
      }
    }

    private String book(Connection connection, Statement statement, int id) throws SQLException {
      try {
        statement.execute("insert into booked values (" + id + ")");
        connection.commit();
        return "booked";
      } catch (SQLException e) {
        connection.rollback();
        return e.getSQLState().equals("08007") || e.getSQLState().equals("40001")
            ? e.getSQLState()
            : e.getSQLState() + ": " + e.getMessage();
      }
    }
  }

  @Test
  void failover_keepsEveryClientAndEveryAcknowledgedCommit() throws Exception {
    try (Connection direct = direct(first);
        Statement statement = direct.createStatement()) {
      // What is acknowledged must not be lost with the primary.
      statement.execute("alter system set synchronous_standby_names = '*'");
      statement.execute("select pg_reload_conf()");
      Await.until(
          "the replica is waited for",
          SOON,
          () -> ask(direct, "select max(sync_state) from pg_stat_replication").equals("sync"));
      // The checkpointer tells the backends that commits wait; it looks at settings before this.
      statement.execute("checkpoint");
    }
    AtomicBoolean go = new AtomicBoolean(true);
    List<Booker> bookers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      bookers.add(new Booker(i, go));
      threads.add(Thread.ofVirtual().start(bookers.getLast()));
    }
    Await.until(
        "all have booked", SOON, () -> bookers.stream().allMatch(b -> b.outcomes.size() > 3));
    first.killNine();
    second.promote();
    long promoted = System.nanoTime();
    try (Connection client = proxy.jdbc()) {
      assertEquals("1", ask(client, "select 1 from booked limit 1"));
    }
    long millis = (System.nanoTime() - promoted) / 1_000_000;
    List<Integer> before = bookers.stream().map(b -> b.outcomes.size()).toList();
    Await.until(
        "all book again",
        SOON,
        () -> {
          for (int i = 0; i < CLIENTS; i++) {
            if (bookers.get(i).outcomes.size() < before.get(i) + 3) {
              return false;
            }
          }
          return true;
        });
    go.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
    System.getLogger(FailoverIT.class.getName())
        .log(System.Logger.Level.INFO, "first statement " + millis + " ms after the promotion");
    assertTrue(millis < 2_000, "first statement after " + millis + " ms");
    checkOutcomes(bookers);
  }

  private void checkOutcomes(List<Booker> bookers) throws SQLException {
    try (Connection direct = direct(second)) {
      for (Booker booker : bookers) {
        assertEquals(0, booker.disconnects.get(), "nobody was disconnected");
        for (Map.Entry<Integer, String> one : booker.outcomes.entrySet()) {
          boolean there =
              ask(direct, "select count(*) from booked where id = " + one.getKey()).equals("1");
          switch (one.getValue()) {
            case "booked" -> assertTrue(there, one + " was acknowledged");
            case "40001" -> assertTrue(!there, one + " was said to be undone");
            default -> assertEquals("08007", one.getValue(), "of " + one.getKey());
          }
        }
      }
    }
  }

  @Test
  void openTransaction_failsOnceWithARetryableState() throws Exception {
    try (Connection client = proxy.jdbc()) {
      client.setAutoCommit(false);
      assertEquals("0", ask(client, "select count(*) from booked"));
      first.killNine();
      second.promote();
      SQLException e = assertThrows(SQLException.class, () -> ask(client, "select 1"));
      assertEquals("40001", e.getSQLState());
      client.rollback();
      assertEquals("0", ask(client, "select count(*) from booked"));
    }
  }

  @Test
  void commitAfterTheLoss_isToldThatTheTransactionIsGone() throws Exception {
    try (Connection client = proxy.jdbc();
        Statement statement = client.createStatement()) {
      client.setAutoCommit(false);
      // From the second time on the driver has COMMIT prepared under a name.
      for (int id = 0; id < 3; id++) {
        statement.execute("insert into booked values (" + id + ")");
        client.commit();
      }
      statement.execute("insert into booked values (3)");
      first.killNine();
      second.promote();
      SQLException e = assertThrows(SQLException.class, client::commit);
      assertEquals("40001", e.getSQLState());
      client.rollback();
      assertEquals("0", ask(client, "select count(*) from booked where id = 3"));
    }
  }

  @Test
  void stalledPrimary_isLeftAsSoonAsTheReplicaIsPromoted() throws Exception {
    try (Connection idle = proxy.jdbc();
        Connection client = proxy.jdbc()) {
      assertEquals("1", ask(idle, "select 1"));
      client.setAutoCommit(false);
      assertEquals("1", ask(client, "select 1"));
      first.freeze();
      try {
        second.promote();
        // A statement that is sent to a server that stalls is lost with it; later ones are not.
        Await.until("it takes over", SOON, () -> role(second).equals("primary"));
        assertEquals("1", ask(idle, "select 1"));
        SQLException e = assertThrows(SQLException.class, () -> ask(client, "select 1"));
        assertEquals("40001", e.getSQLState());
      } finally {
        first.thaw();
      }
      client.rollback();
      Await.until("the former primary is seen as a rival", SOON, () -> role(first).equals("rival"));
      assertEquals(1, splits.size());
      assertEquals(Integer.toString(second.port()), ask(client, "select inet_server_port()"));
    }
  }

  @Test
  void switchOver_losesNothingAndNobody() throws Exception {
    AtomicBoolean go = new AtomicBoolean(true);
    List<Booker> bookers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      bookers.add(new Booker(i, go));
      threads.add(Thread.ofVirtual().start(bookers.getLast()));
    }
    Await.until(
        "all have booked", SOON, () -> bookers.stream().allMatch(b -> b.outcomes.size() > 3));
    String now = proxy.proxy().switchOver("db", null, SOON, former -> first.stop());
    assertEquals("127.0.0.1:" + second.port(), now);
    List<Integer> before = bookers.stream().map(b -> b.outcomes.size()).toList();
    Await.until(
        "somebody books again",
        SOON,
        () -> bookers.getFirst().outcomes.size() > before.getFirst() + 3);
    go.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
    for (Booker booker : bookers) {
      assertEquals(Set.of("booked"), Set.copyOf(booker.outcomes.values()));
    }
    checkOutcomes(bookers);
  }

  @Test
  void aUserOfTheServer_isLedToPrimaryAndReplicaByName_asItself() throws Exception {
    try (Connection direct = direct(first);
        Statement statement = direct.createStatement()) {
      statement.execute("create role alice login password 'wonderland'");
    }
    String who = "select current_user || ' ' || pg_is_in_recovery()";
    try (Connection writer = connect("db", "alice", "wonderland")) {
      assertEquals("alice false", ask(writer, who));
    }
    Await.until(
        "the replica knows her, too",
        SOON,
        () -> {
          try (Connection reader = connect("db-ro", "alice", "wonderland")) {
            return ask(reader, who).equals("alice true");
          } catch (SQLException e) {
            return false;
          }
        });
    SQLException refused =
        assertThrows(SQLException.class, () -> connect("db-ro", "alice", "wrong").close());
    assertEquals("28P01", refused.getSQLState());
  }

  @Test
  void reads_goToTheReplicaAndSeeTheClientsOwnWrites() throws Exception {
    try (Connection reader = readOnlyEndpoint();
        Connection client = proxy.jdbc();
        Statement statement = client.createStatement()) {
      assertEquals("t", ask(reader, "select pg_is_in_recovery()"));
      SQLException e =
          assertThrows(
              SQLException.class,
              () -> reader.createStatement().execute("insert into booked values (-1)"));
      assertEquals("25006", e.getSQLState());
      for (int id = 0; id < 50; id++) {
        client.setReadOnly(false);
        client.setAutoCommit(true);
        statement.execute("insert into booked values (" + id + ")");
        client.setReadOnly(true);
        client.setAutoCommit(false);
        assertEquals("1", ask(client, "select count(*) from booked where id = " + id));
        client.commit();
      }
      Await.until(
          "a read-only transaction goes to the replica",
          SOON,
          () -> {
            String replica = ask(client, "select pg_is_in_recovery()");
            client.commit();
            return replica.equals("t");
          });
      client.setReadOnly(false);
      assertEquals("f", ask(client, "select pg_is_in_recovery()"));
      client.commit();
      second.stop();
      Await.until("reads go to the primary instead", SOON, () -> roleCount("replica") == 0);
      assertEquals("f", ask(reader, "select pg_is_in_recovery()"));
      assertEquals("on", ask(reader, "show transaction_read_only"));
    }
  }
}
