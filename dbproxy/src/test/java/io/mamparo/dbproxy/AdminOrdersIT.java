package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.DatabaseProxyConfig.Admin;
import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Database;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Login;
import io.mamparo.kernel.Problem;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The commands of the admin database that change something, given while clients are under way: what
 * those see, and what is said to who gives a wrong one.
 */
class AdminOrdersIT {
  private static final String ADMIN = "boss";
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Shorter than the tests hold anybody. */
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private static RealPostgres postgres;

  private final AtomicInteger reloads = new AtomicInteger();
  private volatile String unreadable = "";
  private TestProxy proxy;
  private RawClient admin;

  @BeforeAll
  static void startServer() {
    postgres = RealPostgres.start();
  }

  @AfterAll
  static void stopServer() {
    postgres.close();
  }

  @BeforeEach
  void start() throws IOException {
    proxy = new TestProxy(postgres, config(), ProxyListener.NONE, new Office());
    admin = admin();
  }

  @AfterEach
  void stop() throws IOException {
    admin.close();
    proxy.close();
  }

  /** The database, once more under another name. */
  private static DatabaseProxyConfig config() {
    DatabaseProxyConfig one =
        TestProxy.config(postgres, TestProxy.pool(2, PATIENCE), Limits.DEFAULT);
    Login login = one.logins().getFirst();
    List<Database> databases = new ArrayList<>(one.databases());
    databases.add(
        new Database(
            "other", "127.0.0.1", postgres.port(), postgres.database(), BreakerSettings.DEFAULT));
    List<Login> logins = new ArrayList<>(one.logins());
    logins.add(
        new Login(
            login.user(),
            login.password(),
            "other",
            login.upstreamUser(),
            login.upstreamPassword(),
            login.pool(),
            login.service()));
    return new DatabaseProxyConfig(one.listen(), databases, logins, one.limits())
        .withAdmins(List.of(new Admin(ADMIN, Secret.of("pw"))));
  }

  private final class Office implements AdminOffice {
    @Override
    public List<AdminOffice.Statement> statements() {
      return List.of();
    }

    @Override
    public void reload() {
      if (!unreadable.isEmpty()) {
        throw new Problem("mamparo.yaml", unreadable, "correct it");
      }
      reloads.incrementAndGet();
    }

    @Override
    public void shutdown() {
      throw new Problem("SHUTDOWN", "is not for tests", "close the proxy");
    }
  }

  private RawClient admin() throws IOException {
    return RawClient.logIn(proxy.port(), ADMIN, "pw", "mamparo");
  }

  private RawClient client(String database) throws IOException {
    return RawClient.logIn(proxy.port(), TestProxy.USER, TestProxy.PASSWORD, database);
  }

  private static String ask(RawClient client, String sql) throws IOException {
    return client.query(sql).toString();
  }

  private static String pid(RawClient client) throws IOException {
    return client.query("select 'pid=' || pg_backend_pid()").get(1).body().replaceAll(".*=", "");
  }

  private static CompletableFuture<String> later(RawClient client, String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return ask(client, sql);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private boolean paused(String database) {
    return proxy.proxy().observe().databases().stream()
        .anyMatch(one -> one.name().equals(database) && one.paused());
  }

  private void holdWithoutTimeOut() {
    assertEquals(2, proxy.proxy().pause("db", Duration.ZERO));
  }

  private void passes(Duration time) {
    long begin = System.nanoTime();
    Await.until("time passes", SOON, () -> System.nanoTime() - begin > time.toNanos());
  }

  // ---- PAUSE and RESUME

  @Test
  void pause_answersWhenTransactionsHaveEndedAndHoldsTheOthers() throws Exception {
    try (RawClient busy = client("db");
        RawClient waits = client("db");
        RawClient elsewhere = client("other")) {
      ask(busy, "begin");
      CompletableFuture<String> pause = later(admin, "PAUSE db");
      Await.until("paused", SOON, () -> paused("db"));
      CompletableFuture<String> held = later(waits, "select 'held'");
      Await.until("somebody waits", SOON, () -> proxy.pool().waiting() == 1);
      assertTrue(ask(busy, "select 'goes on'").contains("goes on"));
      assertTrue(ask(elsewhere, "select 'elsewhere'").contains("elsewhere"));
      passes(PATIENCE.multipliedBy(2));
      assertFalse(pause.isDone(), "a transaction is open");
      assertFalse(held.isDone(), "no time passes for those who wait");
      ask(busy, "commit");
      assertEquals("[C:PAUSE|, Z:I]", pause.get(20, TimeUnit.SECONDS));
      CompletableFuture<String> too = later(busy, "select 'too'");
      Await.until("both wait", SOON, () -> proxy.pool().waiting() == 2);
      assertEquals("[C:RESUME|, Z:I]", ask(admin, "RESUME db;"));
      assertTrue(held.get(20, TimeUnit.SECONDS).contains("held"));
      assertTrue(too.get(20, TimeUnit.SECONDS).contains("too"));
    }
  }

  @Test
  void pauseOfAll_pausesEachAtOnce() throws Exception {
    try (RawClient busy = client("db")) {
      ask(busy, "begin");
      CompletableFuture<String> pause = later(admin, "PAUSE");
      Await.until("the other one, too", SOON, () -> paused("db") && paused("other"));
      ask(busy, "commit");
      assertTrue(pause.get(20, TimeUnit.SECONDS).contains("PAUSE"));
      assertTrue(ask(admin, "show state").contains("paused"), "shown");
      assertTrue(ask(admin, "resume").contains("RESUME"));
      assertFalse(paused("db") || paused("other"));
    }
  }

  @Test
  void resumeByAnother_endsAPauseThatStillWaits() throws Exception {
    try (RawClient busy = client("db");
        RawClient second = admin()) {
      ask(busy, "begin");
      CompletableFuture<String> pause = later(admin, "PAUSE db");
      Await.until("paused", SOON, () -> paused("db"));
      assertTrue(ask(second, "RESUME db").contains("RESUME"));
      String said = pause.get(20, TimeUnit.SECONDS);
      assertTrue(said.contains("C55000") && said.contains("was resumed"), said);
      assertFalse(paused("db"), "and it stays resumed");
      ask(busy, "commit");
      assertTrue(ask(busy, "select 'on'").contains("on"));
    }
  }

  @Test
  void whoWaitsWhilePaused_mayCancelOrGo() throws Exception {
    RawClient goes = client("db");
    try (Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement()) {
      statement.execute("select 1");
      assertTrue(ask(admin, "pause db").contains("PAUSE"));
      CompletableFuture<String> state =
          CompletableFuture.supplyAsync(
              () -> {
                SQLException e =
                    assertThrows(SQLException.class, () -> statement.execute("select 2"));
                return e.getSQLState();
              },
              task -> Thread.ofVirtual().start(task));
      Await.until("it waits", SOON, () -> proxy.pool().waiting() == 1);
      statement.cancel();
      assertEquals("57014", state.get(20, TimeUnit.SECONDS));
      goes.send(new Script().query("select 3").bytes());
      Await.until("it waits", SOON, () -> proxy.pool().waiting() == 1);
      goes.close();
      Await.until("nobody waits", SOON, () -> proxy.pool().waiting() == 0);
      assertTrue(ask(admin, "resume db").contains("RESUME"));
      statement.execute("select 4");
    }
  }

  // ---- RECONNECT and WAIT_CLOSE

  @Test
  void waitClose_answersWhenTheReplacedConnectionsAreGone() throws Exception {
    try (RawClient busy = client("db");
        RawClient idle = client("db")) {
      ask(busy, "begin");
      String lent = pid(busy);
      String free = pid(idle);
      assertNotEquals(lent, free);
      assertEquals("[C:WAIT_CLOSE|, Z:I]", ask(admin, "WAIT_CLOSE db"), "nothing is to be closed");
      assertEquals("[C:RECONNECT|, Z:I]", ask(admin, "RECONNECT db"));
      CompletableFuture<String> closed = later(admin, "WAIT_CLOSE db");
      assertNotEquals(free, pid(idle), "a free one is replaced at once");
      assertEquals(lent, pid(busy), "a lent one when its transaction has ended");
      passes(PATIENCE);
      assertFalse(closed.isDone());
      ask(busy, "commit");
      assertEquals("[C:WAIT_CLOSE|, Z:I]", closed.get(20, TimeUnit.SECONDS));
      assertNotEquals(lent, pid(busy));
      assertTrue(ask(admin, "reconnect; wait_close").contains("WAIT_CLOSE"), "of all");
    }
  }

  // ---- DISABLE and ENABLE

  @Test
  void disable_refusesNewClientsUntilEnable() throws Exception {
    try (RawClient inside = client("db")) {
      assertEquals("[C:DISABLE|, Z:I]", ask(admin, "DISABLE db"));
      IOException refused = assertThrows(IOException.class, () -> client("db").close());
      assertTrue(refused.toString().contains("C57P03"), refused.toString());
      assertTrue(refused.toString().contains("is disabled"), refused.toString());
      assertTrue(ask(inside, "select 'stays'").contains("stays"));
      client("other").close();
      assertEquals("[C:ENABLE|, Z:I]", ask(admin, "ENABLE db"));
      client("db").close();
    }
  }

  // ---- KILL and KILL_CLIENT

  @Test
  void kill_dropsClientsWhateverTheyDoAndPauses() throws Exception {
    try (RawClient idle = client("db");
        RawClient open = client("db");
        RawClient running = client("db");
        RawClient waits = client("db");
        RawClient elsewhere = client("other")) {
      ask(open, "create table kept (a int)");
      ask(open, "begin; insert into kept values (1)");
      running.send(new Script().query("select pg_sleep(60)").bytes());
      Await.until("both are lent", SOON, () -> proxy.pool().active() == 2);
      holdWithoutTimeOut();
      waits.send(new Script().query("select 'late'").bytes());
      Await.until("it waits", SOON, () -> proxy.pool().waiting() == 1);
      assertEquals("[C:KILL|, Z:I]", ask(admin, "KILL db"));
      for (RawClient gone : List.of(idle, open, running, waits)) {
        String said = gone.read().toString();
        assertTrue(said.contains("FATAL") && said.contains("C57P01"), said);
        assertTrue(gone.closedByPeer());
      }
      assertTrue(ask(elsewhere, "select 'on'").contains("on"));
      assertTrue(paused("db") && !paused("other"));
      try (RawClient back = client("db")) {
        CompletableFuture<String> held = later(back, "select 'n=' || count(*) from kept");
        Await.until("it waits", SOON, () -> proxy.pool().waiting() == 1);
        assertTrue(ask(admin, "RESUME db").contains("RESUME"));
        assertTrue(held.get(20, TimeUnit.SECONDS).contains("n=0"), "rolled back");
        ask(back, "drop table kept");
      }
    }
  }

  @Test
  void killClient_endsAnOpenTransactionAndAWaitingClient() throws Exception {
    try (RawClient open = client("db");
        RawClient second = client("db");
        RawClient waits = client("db")) {
      ask(open, "begin");
      ask(second, "begin");
      holdWithoutTimeOut();
      waits.send(new Script().query("select 1").bytes());
      Await.until("it waits", SOON, () -> proxy.pool().waiting() == 1);
      for (RawClient victim : List.of(waits, open)) {
        assertEquals("[C:KILL_CLIENT|, Z:I]", ask(admin, "KILL_CLIENT " + victim.pid()));
        String said = victim.read().toString();
        assertTrue(said.contains("FATAL") && said.contains("C57P01"), said);
      }
      assertTrue(ask(second, "select 'untouched'").contains("untouched"));
      ask(second, "commit");
      Await.until("both are given back", SOON, () -> proxy.pool().active() == 0);
    }
  }

  // ---- RELOAD

  @Test
  void reload_readsTheFileOrSaysWhatIsWrongWithIt() throws IOException {
    assertEquals("[C:RELOAD|, Z:I]", ask(admin, "RELOAD"));
    assertEquals(1, reloads.get());
    unreadable = "has an unknown key";
    String said = ask(admin, "reload;");
    assertTrue(said.contains("C55000") && said.contains("has an unknown key"), said);
    assertTrue(said.contains("correct it."), said);
    assertEquals(1, reloads.get());
  }

  // ---- what is wrong

  @Test
  void wrongCommands_areRefusedWithWordsAndTheSessionGoesOn() throws IOException {
    for (String command :
        List.of("PAUSE", "RESUME", "RECONNECT", "WAIT_CLOSE", "DISABLE", "ENABLE", "KILL")) {
      String said = ask(admin, command + " nowhere");
      assertTrue(said.contains("C3D000") && said.contains("nowhere"), command + ": " + said);
      said = ask(admin, command + " db other");
      assertFalse(said.contains("C:" + command), command + ": " + said);
      said = ask(admin, command + " mamparo");
      assertTrue(said.contains("C42809"), command + ": " + said);
    }
    for (String command : List.of("DISABLE", "ENABLE")) {
      assertTrue(ask(admin, command).contains("C42601"), command);
    }
    for (String command : List.of("KILL_CLIENT", "KILL_CLIENT x", "KILL_CLIENT 1 2")) {
      assertTrue(ask(admin, command).contains("C22023"), command);
    }
    assertTrue(ask(admin, "KILL_CLIENT 9999999999").contains("C42704"));
    for (String command : List.of("RESUME", "RESUME db")) {
      String said = ask(admin, command);
      assertTrue(said.contains("C55000") && said.contains("paused"), said);
    }
    assertTrue(ask(admin, "SUSPEND").contains("C0A000"));
    assertTrue(ask(admin, "SHUTDOWN").contains("is not for tests"));
    assertFalse(paused("db") || paused("other"));
    try (RawClient client = client("db")) {
      assertTrue(ask(client, "select 'on'").contains("on"));
    }
  }

  @Test
  @NeedsProgram("psql")
  void psql_givesOrdersAndShowsErrors() throws Exception {
    String said =
        psql(
            "PAUSE db",
            "SHOW STATE",
            "RESUME db",
            "RESUME db",
            "RECONNECT",
            "\\conninfo",
            "\\dt",
            "\\echo :SERVER_VERSION_NUM",
            "KILL_CLIENT 1",
            "SHOW HELP");
    for (String word :
        List.of(
            "PAUSE\n",
            "active|yes",
            "RESUME\n",
            "ERROR:  database db is not paused\nHINT:  SHOW DATABASES tells which are.",
            "RECONNECT\n",
            "You are connected to database \"mamparo\" as user \"boss\"",
            "use SHOW HELP",
            "ERROR:  client not found",
            "KILL_CLIENT <id>")) {
      assertTrue(said.contains(word), word + " in " + said);
    }
  }

  private String psql(String... commands) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                "psql",
                "-X",
                "-A",
                "-t",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(proxy.port()),
                "-U",
                ADMIN,
                "-d",
                "mamparo"));
    for (String command : commands) {
      words.add("-c");
      words.add(command);
    }
    ProcessBuilder psql = new ProcessBuilder(words).redirectErrorStream(true);
    psql.environment().put("PGPASSWORD", "pw");
    psql.environment().put("PGSSLMODE", "disable");
    psql.environment().put("LC_ALL", "C");
    Process process = psql.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), text);
    return text;
  }
}
