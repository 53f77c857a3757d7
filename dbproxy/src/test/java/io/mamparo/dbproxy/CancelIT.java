package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cancel requests: they strike the statement that was meant, or nothing. */
class CancelIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static RealPostgres postgres;
  private static TestProxy proxy;
  private static final Heard HEARD = new Heard();

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 1, LONG, HEARD);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  private static void cancel(int pid, byte[] key) throws IOException {
    try (RawClient canceller = new RawClient(proxy.port())) {
      ByteBuf packet = Unpooled.buffer();
      Frontend.cancel(packet, pid, key);
      canceller.send(packet);
      assertTrue(canceller.closedByPeer());
    }
  }

  private static void awaitSleep(RawClient direct) {
    Await.until(
        "it sleeps",
        LONG,
        () ->
            direct
                .query(
                    "select 'n=' || count(*) from pg_stat_activity where state = 'active'"
                        + " and wait_event = 'PgSleep'")
                .toString()
                .contains("n=1"));
  }

  @Test
  void ownStatement_isCancelledAndTheSessionGoesOn() throws IOException {
    try (RawClient client = proxy.raw();
        RawClient direct = proxy.direct()) {
      client.send(new Script().query("select pg_sleep(60)").bytes());
      awaitSleep(direct);
      cancel(client.pid(), client.key());
      assertTrue(client.readToReady(1).toString().contains("C57014"));
      assertTrue(client.query("select 'on'").toString().contains("on"));
    }
  }

  @Test
  void foreignKeys_cancelNothing() throws IOException {
    try (RawClient client = proxy.raw();
        RawClient other = proxy.raw();
        RawClient direct = proxy.direct()) {
      client.send(new Script().query("select pg_sleep(0.3), 'whole'").bytes());
      awaitSleep(direct);
      byte[] wrong = client.key().clone();
      wrong[wrong.length - 1] ^= 1;
      cancel(client.pid(), wrong);
      cancel(client.pid(), new byte[0]);
      cancel(client.pid(), new byte[256]);
      cancel(other.pid(), client.key());
      cancel(client.pid() ^ 1, client.key());
      assertTrue(client.readToReady(1).toString().contains("whole"));
    }
  }

  /** Many times over, a cancel comes when its statement has just ended and another client works. */
  @Test
  void lateCancels_neverStrikeTheNextBorrower() throws Exception {
    try (RawClient first = proxy.raw();
        RawClient second = proxy.raw()) {
      for (int i = 0; i < 60; i++) {
        first.send(new Script().query("select pg_sleep(0.002)").bytes());
        Thread canceller =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        cancel(first.pid(), first.key());
                      } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    });
        second.send(new Script().query("select pg_sleep(0.004), 'mine'").bytes());
        String ofFirst = first.readToReady(1).toString();
        String ofSecond = second.readToReady(1).toString();
        assertTrue(ofFirst.contains("C57014") || ofFirst.contains("SELECT 1"), ofFirst);
        assertTrue(ofSecond.contains("mine"), i + ": " + ofSecond);
        canceller.join();
      }
    }
  }

  @Test
  void waitingInLine_isCancelledWithoutAServer() throws IOException {
    try (RawClient holder = proxy.raw();
        RawClient waiter = proxy.raw()) {
      holder.query("begin");
      waiter.send(new Script().query("select 1").bytes());
      Await.until("in line", LONG, () -> proxy.pool().waiting() == 1);
      cancel(waiter.pid(), waiter.key());
      assertTrue(waiter.readToReady(1).toString().contains("C57014"));
      holder.query("commit");
      assertTrue(waiter.query("select 'later'").toString().contains("later"));
    }
  }

  @Test
  void pgjdbc_cancelsByCallAndByTimeout() throws Exception {
    try (Connection connection = proxy.jdbc();
        Statement statement = connection.createStatement();
        RawClient direct = proxy.direct()) {
      Thread canceller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    awaitSleep(direct);
                    try {
                      statement.cancel();
                    } catch (SQLException e) {
                      throw new AssertionError(e);
                    }
                  });
      SQLException e =
          assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(60)"));
      assertEquals("57014", e.getSQLState());
      canceller.join();
      statement.setQueryTimeout(1);
      e = assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(60)"));
      assertEquals("57014", e.getSQLState());
      statement.setQueryTimeout(0);
      statement.execute("select 1");
    }
  }

  @Test
  @NeedsProgram("psql")
  void psql_cancelsOnInterrupt() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "psql", "-X", "-At", "-c", "select pg_sleep(60)", "-c", "select 'went on'");
    builder
        .environment()
        .putAll(
            java.util.Map.of(
                "PGHOST",
                "127.0.0.1",
                "PGPORT",
                Integer.toString(proxy.port()),
                "PGUSER",
                TestProxy.USER,
                "PGPASSWORD",
                TestProxy.PASSWORD,
                "PGDATABASE",
                "db",
                "LC_ALL",
                "C"));
    Process psql = builder.redirectErrorStream(true).start();
    try (RawClient direct = proxy.direct()) {
      awaitSleep(direct);
      assertEquals(
          0,
          new ProcessBuilder(List.of("kill", "-INT", Long.toString(psql.pid()))).start().waitFor());
      assertTrue(psql.waitFor(20, TimeUnit.SECONDS));
      String said =
          new String(psql.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertTrue(said.contains("canceling statement due to user request"), said);
      Await.until("given back", LONG, () -> proxy.pool().active() == 0);
    } finally {
      psql.destroyForcibly();
    }
  }

  @Test
  void aClientThatGoes_hasItsStatementCancelled() throws IOException {
    try (RawClient direct = proxy.direct()) {
      RawClient client = proxy.raw();
      client.send(new Script().query("select pg_sleep(60)").bytes());
      awaitSleep(direct);
      client.close();
      Await.until(
          "nothing sleeps",
          LONG,
          () ->
              direct
                  .query(
                      "select 'n=' || count(*) from pg_stat_activity where wait_event = 'PgSleep'")
                  .toString()
                  .contains("n=0"));
    }
    try (RawClient next = proxy.raw()) {
      assertTrue(next.query("select 'next'").toString().contains("next"));
    }
  }
}
