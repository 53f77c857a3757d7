package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What other poolers got wrong, beyond the sequences that {@link DifferentialIT} compares byte by
 * byte (its pitfalls 1, 2, 4 to 8 and 15).
 */
class PitfallsIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 1, LONG, ProxyListener.NONE);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  /** Sends a transaction in one go, its number in it, as drivers that pipeline do. */
  private static void transact(RawClient client, int number) throws IOException {
    client.send(
        new Script()
            .query("begin")
            .parse("", "insert into steps values (" + number + ")")
            .bind("", "")
            .execute("", 0)
            .sync()
            .parse("", "select 'step " + number + "'")
            .bind("", "")
            .execute("", 0)
            .sync()
            .bytes());
    String answers = client.readToReady(3).toString();
    assertTrue(answers.contains("E:") || answers.contains("step " + number), answers);
    client.query("rollback");
  }

  @Test
  void lostServers_leaveEveryClientInStepAndNothingOfATransactionBehind() throws Exception {
    int clients = 6;
    int enough = 8;
    AtomicIntegerArray done = new AtomicIntegerArray(clients);
    AtomicBoolean go = new AtomicBoolean(true);
    try (TestProxy few = new TestProxy(postgres, 3, LONG, ProxyListener.NONE);
        RawClient table = few.raw();
        var pool = Executors.newVirtualThreadPerTaskExecutor();
        Connection direct =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement killer = direct.createStatement()) {
      table.query("create table steps (n int)");
      List<Future<Void>> ends = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int first = i;
        ends.add(
            pool.submit(
                () -> {
                  try (RawClient client = few.raw()) {
                    for (int n = first; go.get(); n += clients) {
                      transact(client, n);
                      done.incrementAndGet(first);
                    }
                  }
                  return null;
                }));
      }
      Await.until(
          "all have gone on",
          LONG,
          () -> {
            killer.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where query like '%step%' and pid <> pg_backend_pid()");
            return IntStream.range(0, clients)
                .allMatch(i -> done.get(i) >= enough || ends.get(i).isDone());
          });
      go.set(false);
      for (Future<Void> end : ends) {
        end.get();
      }
      try (ResultSet rows = killer.executeQuery("select count(*) from steps")) {
        rows.next();
        assertEquals(0, rows.getInt(1), "all was rolled back");
      }
    }
  }

  /**
   * Asks, and hears that it has failed or that what it asked is complete, not both. A server may
   * die between a row and the end.
   */
  private static void ask(RawClient client, String sql, String mark) throws IOException {
    String answers = client.query(sql).toString();
    boolean complete = answers.contains("C:");
    assertTrue(answers.contains("E:") != complete, answers);
    assertTrue(!complete || answers.contains(mark), answers);
  }

  /** Takes locks and gives them back, with a new connection whenever the old one is ended. */
  private static int lockAndUnlock(TestProxy few, int key, AtomicBoolean go) throws IOException {
    int ended = 0;
    int n = 0;
    while (go.get()) {
      try (RawClient client = few.raw()) {
        for (; go.get(); n++) {
          ask(client, "select pg_advisory_lock(" + key + "), 'lock " + n + "'", "lock " + n);
          ask(client, "select pg_advisory_unlock(" + key + "), 'free " + n + "'", "free " + n);
        }
      } catch (IOException e) {
        ended++;
      }
    }
    return ended;
  }

  @Test
  void serversLostWhileTheyAreAskedWhatIsLeft_endTheirClientsWithoutAWordTooMany()
      throws Exception {
    AtomicBoolean go = new AtomicBoolean(true);
    try (TestProxy few = new TestProxy(postgres, 3, LONG, ProxyListener.NONE);
        var pool = Executors.newVirtualThreadPerTaskExecutor();
        Connection direct =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement killer = direct.createStatement()) {
      List<Future<Integer>> ends = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int key = 1_000 + i;
        ends.add(pool.submit(() -> lockAndUnlock(few, key, go)));
      }
      int killed = 0;
      while (killed < 60 && ends.stream().noneMatch(Future::isDone)) {
        try (ResultSet rows =
            killer.executeQuery(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    + " where query like '%advisory%' and pid <> pg_backend_pid()")) {
          rows.next();
          killed += rows.getInt(1);
        }
      }
      go.set(false);
      int ended = 0;
      for (Future<Integer> end : ends) {
        ended += end.get();
      }
      assertTrue(ended > 0, "some were ended");
    }
  }

  private static RawClient.Message firstAnswer(
      int port, int version, String database, Map<String, String> options) throws IOException {
    Map<String, String> startup = new LinkedHashMap<>();
    startup.put("user", "app");
    startup.put("database", database);
    startup.putAll(options);
    ByteBuf packet = Unpooled.buffer();
    Frontend.startup(packet, version, startup);
    try (RawClient client = new RawClient(port)) {
      client.send(packet);
      return client.read();
    }
  }

  private static String negotiated(RawClient.Message message) {
    // An error of the server says where in its source it was raised.
    return message.toString().replaceAll("\\|F[\\w.]+\\|L\\d+\\|R\\w+\\|", "|");
  }

  @Test
  void p14_versionsAndUnknownOptionsAreNegotiatedAsTheServerDoes() throws IOException {
    Map<String, String> greased = new LinkedHashMap<>();
    greased.put("_pq_.test_protocol_negotiation", "on");
    greased.put("_pq_.other", "x");
    for (int version :
        new int[] {3 << 16, 3 << 16 | 1, 3 << 16 | 2, 3 << 16 | 3, 3 << 16 | 9999, 4 << 16}) {
      for (Map<String, String> options : List.of(Map.<String, String>of(), greased)) {
        assertEquals(
            negotiated(firstAnswer(postgres.port(), version, postgres.database(), options)),
            negotiated(firstAnswer(proxy.port(), version, "db", options)),
            Integer.toHexString(version) + " " + options);
      }
    }
  }

  @Test
  void p13_cancelKeysAreLongSinceProtocol32AndCancel() throws IOException {
    Map<String, String> startup = Map.of("database", "db");
    try (RawClient old = RawClient.logIn(proxy.port(), "app", TestProxy.PASSWORD, startup);
        RawClient client =
            RawClient.logIn(
                proxy.port(), Frontend.PROTOCOL_3_2, "app", TestProxy.PASSWORD, startup)) {
      assertEquals(4, old.key().length);
      assertEquals(32, client.key().length);
      client.send(new Script().query("select pg_sleep(60)").bytes());
      Await.until("it runs", LONG, () -> proxy.pool().active() == 1);
      for (byte[] wrong : List.of(new byte[32], java.util.Arrays.copyOf(client.key(), 4))) {
        cancel(client.pid(), wrong);
      }
      try (RawClient direct = proxy.direct()) {
        Await.until(
            "it sleeps",
            LONG,
            () ->
                direct
                    .query(
                        "select 'n=' || count(*) from pg_stat_activity where wait_event ="
                            + " 'PgSleep'")
                    .toString()
                    .contains("n=1"));
      }
      cancel(client.pid(), client.key());
      assertTrue(client.readToReady(1).toString().contains("C57014"));
    }
  }

  private static void cancel(int pid, byte[] key) throws IOException {
    try (RawClient canceller = new RawClient(proxy.port())) {
      ByteBuf packet = Unpooled.buffer();
      Frontend.cancel(packet, pid, key);
      canceller.send(packet);
      assertTrue(canceller.closedByPeer());
    }
  }

  @Test
  void p12_whatTheServerSaysWhileIdleReachesNobodyElse() throws IOException {
    try (RawClient one = proxy.raw();
        RawClient two = proxy.raw();
        RawClient direct = proxy.direct()) {
      one.query("select 1");
      direct.query("alter system set log_min_duration_statement = 4000");
      direct.query("select pg_reload_conf()");
      direct.query("alter system reset log_min_duration_statement");
      direct.query("alter system set timezone = 'Asia/Tokyo'");
      direct.query("select pg_reload_conf()");
      Await.until(
          "reloaded", LONG, () -> direct.query("show timezone").toString().contains("Tokyo"));
      try {
        List<RawClient.Message> said = two.query("select 'plain'");
        assertEquals(
            "TDCZ",
            said.stream()
                .filter(message -> message.type() != 'S')
                .map(message -> String.valueOf(message.type()))
                .collect(java.util.stream.Collectors.joining()));
        two.query("listen quiet");
        two.query("unlisten quiet");
        direct.query("notify quiet");
        said = one.query("select 'plain'");
        assertTrue(said.stream().noneMatch(message -> message.type() == 'A'), said.toString());
      } finally {
        direct.query("alter system reset timezone");
        direct.query("select pg_reload_conf()");
      }
    }
  }

  /** Replies that the proxy asked for or gives itself come in the right places. */
  @Test
  void p03_injectedAndFakedRepliesKeepTheirPlaces() throws IOException {
    try (RawClient one = proxy.raw();
        RawClient two = proxy.raw()) {
      for (RawClient client : List.of(one, two, one, two)) {
        client.query("deallocate all");
        Script script = new Script();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
          // More than a server keeps: old ones give way in between.
          script.parse("s" + i, "select " + i).bind("", "s" + i).execute("", 0);
          expected.append("12DC");
          if (i % 3 == 0) {
            script.close('S', "s" + i);
            expected.append('3');
          }
        }
        client.send(script.sync().bytes());
        StringBuilder types = new StringBuilder();
        client.readToReady(1).forEach(message -> types.append(message.type()));
        assertEquals(expected.append('Z').toString(), types.toString());
      }
    }
  }

  @Test
  void p16_aCopyIsCutOffByItsClient_andNobodyIsHarmed() throws IOException {
    try (RawClient other = proxy.raw()) {
      other.query("create table cut (t text)");
      for (int i = 0; i < 5; i++) {
        RawClient client = proxy.raw();
        client.send(new Script().query("copy cut from stdin").copyData("one\n").bytes());
        assertEquals('G', client.read().type());
        if (i % 2 == 0) {
          client.socket().shutdownOutput();
        } else {
          client.close();
        }
        assertTrue(other.query("select 'n=' || count(*) from cut").toString().contains("n=0"));
        client.close();
      }
      Await.until("given back", LONG, () -> proxy.pool().active() == 0);
    }
  }
}
