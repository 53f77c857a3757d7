package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tables that change under prepared statements, which are shared by clients on several server
 * connections: who may not notice does not, and who would read rows of another shape hears of it.
 */
class CachedPlansIT {
  private static final int SERVERS = 3;

  private static RealPostgres postgres;

  private final Heard heard = new Heard();
  private TestProxy proxy;
  private RawClient direct;

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
    proxy = new TestProxy(postgres, SERVERS, Duration.ofSeconds(20), heard);
    direct = proxy.direct();
    direct.query("drop table if exists changing");
    direct.query("create table changing (a int)");
    direct.query("insert into changing values (1)");
  }

  @AfterEach
  void stop() throws IOException {
    direct.close();
    proxy.close();
  }

  private void change() throws IOException {
    assertTrue(
        direct
            .query("alter table changing add b text default 'fresh'")
            .toString()
            .contains("ALTER"));
  }

  private static String types(List<RawClient.Message> messages) {
    StringBuilder types = new StringBuilder();
    messages.forEach(message -> types.append(message.type()));
    return types.toString();
  }

  private static List<RawClient.Message> say(RawClient client, Script script) throws IOException {
    client.send(script.bytes());
    return client.readToReady(script.readies());
  }

  private static Script prepare(String name) {
    return new Script().parse(name, "select * from changing").sync();
  }

  /** As libpq runs a prepared statement. */
  private static Script run(String name) {
    return new Script().bind("", name).describe('P', "").execute("", 0).sync();
  }

  /** As a driver does that keeps the description. */
  private static Script runBlind(String name) {
    return new Script().bind("", name).execute("", 0).sync();
  }

  /** Clients that have run the statement on every server connection. */
  private List<RawClient> clients(int count) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(proxy.raw());
      assertEquals("1Z", types(say(clients.get(i), prepare("s"))));
    }
    onEachServer(() -> allRun(clients));
    return clients;
  }

  private static void allRun(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      List<RawClient.Message> said = say(client, run("s"));
      assertEquals("2TDCZ", types(said), said.toString());
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Does it while one server connection is free, then another, until all have had their turn. */
  private void onEachServer(Work work) throws Exception {
    List<RawClient> holders = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      holders.add(proxy.raw());
      holders.get(i).query("begin");
    }
    for (RawClient holder : holders) {
      holder.query("rollback");
      work.run();
      holder.query("begin");
    }
    close(holders);
  }

  private static void close(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  @Test
  void p17_changedTables_areNotNoticedByClientsThatAskForTheDescription() throws Exception {
    List<RawClient> clients = clients(5);
    for (int round = 0; round < 3; round++) {
      direct.query("alter table changing add c" + round + " text default 'fresh" + round + "'");
      onEachServer(() -> allRun(clients));
      for (RawClient client : clients) {
        String said = say(client, run("s")).toString();
        assertTrue(said.contains("c" + round) && said.contains("fresh" + round), said);
      }
      assertEquals((round + 1) * 5, heard.renewals.size(), "it was not by chance");
    }
    assertFalse(heard.states.contains("0A000"), "no statement has failed");
    close(clients);
  }

  @Test
  void p17_whoPreparesAnewDoesNotMeetAnOldPlan() throws Exception {
    List<RawClient> clients = clients(3);
    change();
    onEachServer(this::freshClients);
    assertFalse(heard.renewals.isEmpty(), "old plans were met");
    close(clients);
  }

  private void freshClients() throws IOException {
    for (int i = 0; i < 8; i++) {
      try (RawClient fresh = proxy.raw()) {
        Script script =
            i % 2 == 0
                ? new Script().parse("n", "select * from changing").describe('S', "n")
                : new Script().parse("n", "select * from changing");
        script.bind("", "n").describe('P', "").execute("", 0).sync();
        List<RawClient.Message> said = say(fresh, script);
        assertEquals(i % 2 == 0 ? "1tT2TDCZ" : "12TDCZ", types(said), said.toString());
        assertTrue(said.toString().contains("fresh"), said.toString());
      }
    }
  }

  @Test
  void insideATransaction_theErrorIsTheServers() throws Exception {
    List<RawClient> clients = clients(1);
    RawClient client = clients.getFirst();
    change();
    client.query("begin");
    List<RawClient.Message> said = say(client, run("s"));
    assertEquals("EZ", types(said), said.toString());
    assertTrue(
        said.getFirst().toString().contains("cached plan must not change result type"),
        said.toString());
    assertEquals("Z:E", said.getLast().toString());
    assertTrue(client.query("select 1").toString().contains("C25P02"));
    client.query("rollback");
    assertEquals("2TDCZ", types(say(client, run("s"))), "and outside it is healed");
    close(clients);
  }

  @Test
  void whoKeepsTheDescription_hearsTheErrorInsteadOfOtherRows() throws Exception {
    List<RawClient> clients = clients(3);
    change();
    RawClient keeps = clients.getFirst();
    List<RawClient.Message> said = say(keeps, runBlind("s"));
    assertEquals("EZ", types(said), said.toString());
    assertTrue(said.toString().contains("C0A000"), said.toString());
    // Others have theirs renewed, on every server connection: it must still hear of it.
    onEachServer(
        () -> {
          allRun(clients.subList(1, 3));
          assertEquals("EZ", types(say(keeps, runBlind("s"))));
        });
    assertEquals("3Z", types(say(keeps, new Script().close('S', "s").sync())));
    assertEquals("1Z", types(say(keeps, prepare("s"))));
    assertEquals("2DCZ", types(say(keeps, runBlind("s"))));
    close(clients);
  }

  @Test
  void whatHasBeenAnsweredInPart_isNotDoneAgain() throws Exception {
    List<RawClient> clients = clients(1);
    RawClient client = clients.getFirst();
    direct.query("create table counted (n int)");
    change();
    Script script =
        new Script().parse("", "insert into counted values (1)").bind("", "").execute("", 0);
    script.bind("", "s").describe('P', "").execute("", 0).sync();
    List<RawClient.Message> said = say(client, script);
    assertEquals("12CEZ", types(said), said.toString());
    assertTrue(direct.query("select 'n=' || count(*) from counted").toString().contains("n=0"));
    direct.query("drop table counted");
    close(clients);
  }

  @Test
  void whatWasSentBehind_isAnsweredInOrder() throws Exception {
    List<RawClient> clients = clients(2);
    change();
    for (RawClient client : clients) {
      Script script = run("s").query("select 'behind'");
      client.send(script.bytes());
      List<RawClient.Message> said = client.readToReady(2);
      assertTrue(types(said).equals("EZTDCZ") || types(said).equals("2TDCZTDCZ"), said.toString());
      assertTrue(said.toString().contains("behind"), said.toString());
      // In pieces: it goes on with what comes while the statement is prepared anew.
      byte[] bytes = run("s").bytes();
      for (byte one : bytes) {
        client.send(one);
      }
      client.send(new Script().query("select 'later'").bytes());
      said = client.readToReady(2);
      assertTrue(said.toString().contains("later"), said.toString());
    }
    close(clients);
  }

  @Test
  void aDriverThatHealsItself_goesOnOverAllServers() throws Exception {
    List<Connection> connections = new ArrayList<>();
    List<PreparedStatement> statements = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      connections.add(proxy.jdbc("prepareThreshold=1"));
      statements.add(connections.get(i).prepareStatement("select * from changing where a = ?"));
    }
    for (int round = 0; round < 4; round++) {
      int columns = round + 1;
      onEachServer(() -> allRead(statements, columns));
      direct.query("alter table changing add d" + columns + " text default 'of " + columns + "'");
    }
    for (Connection connection : connections) {
      connection.close();
    }
  }

  private static void allRead(List<PreparedStatement> statements, int columns) throws SQLException {
    for (PreparedStatement statement : statements) {
      statement.setInt(1, 1);
      try (ResultSet rows = statement.executeQuery()) {
        assertEquals(columns, rows.getMetaData().getColumnCount());
        assertTrue(rows.next());
        assertEquals(1, rows.getInt(1));
        if (columns > 1) {
          assertEquals("of " + (columns - 1), rows.getString(columns));
        }
      }
    }
  }

  @Test
  void aDriversTransaction_failsOnceAndGoesOnAfterRollback() throws SQLException, IOException {
    try (Connection connection = proxy.jdbc("prepareThreshold=1");
        PreparedStatement read = connection.prepareStatement("select * from changing");
        Statement other = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < 3; i++) {
        read.executeQuery().close();
        connection.commit();
      }
      change();
      SQLException failed = null;
      for (int i = 0; i < 3; i++) {
        try (ResultSet rows = read.executeQuery()) {
          assertEquals(2, rows.getMetaData().getColumnCount());
          connection.commit();
        } catch (SQLException e) {
          assertEquals("0A000", e.getSQLState());
          assertEquals(null, failed, "a second time");
          failed = e;
          connection.rollback();
        }
      }
      assertTrue(failed != null, "as directly");
      other.execute("select 1");
      connection.commit();
    }
  }
}
