package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a session leaves on its server: it keeps the server as long as that is there, no longer. */
class PinsIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Heard HEARD = new Heard();
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() throws IOException {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 2, LONG, HEARD);
    try (RawClient client = proxy.direct()) {
      client.query("create table t (id serial primary key, name text)");
      client.query(
          "create function hidden() returns text language sql as"
              + " $$ select set_config('app.hidden', 'yes', false) $$");
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  private static void pinned(PinReason reason) {
    Await.until("pinned by " + reason, LONG, () -> pins().equals(Map.of(reason, 1)));
  }

  private static void free() {
    Await.until("nobody is pinned", LONG, () -> pins().isEmpty() && proxy.pool().active() == 0);
  }

  private static Map<PinReason, Integer> pins() {
    return proxy.pool().pinned();
  }

  private static String ask(RawClient client, String sql) throws IOException {
    return client.query(sql).toString();
  }

  @Test
  void p11_advisoryLocks_pinUntilTheLastIsUnlocked() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "select pg_advisory_lock(1), pg_advisory_lock(2)");
      pinned(PinReason.ADVISORY_LOCK);
      ask(client, "select pg_advisory_unlock(1)");
      pinned(PinReason.ADVISORY_LOCK);
      ask(client, "select pg_advisory_unlock(2)");
      free();
      ask(client, "select pg_try_advisory_lock(3)");
      pinned(PinReason.ADVISORY_LOCK);
      ask(client, "select pg_advisory_unlock_all()");
      free();
      // A lock of the transaction goes with it.
      ask(client, "select pg_advisory_xact_lock(4)");
      free();
      ask(client, "select pg_advisory_lock(5)");
      pinned(PinReason.ADVISORY_LOCK);
    }
    free();
    try (RawClient next = proxy.raw()) {
      assertTrue(
          ask(next, "select 'held=' || count(*) from pg_locks where locktype = 'advisory'")
              .contains("held=0"));
    }
  }

  @Test
  void p11_temporaryTables_pinUntilTheLastIsDropped() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "create temp table a (x int); create temporary sequence s");
      pinned(PinReason.TEMPORARY);
      ask(client, "drop table a");
      pinned(PinReason.TEMPORARY);
      ask(client, "drop sequence s");
      free();
      ask(client, "create temp table b (x int) on commit drop");
      free();
      ask(client, "begin; create temp table c (x int); rollback");
      free();
      ask(client, "begin");
      ask(client, "create temp table d (x int)");
      ask(client, "drop table d");
      ask(client, "commit");
      free();
      ask(client, "select 1 as x into temp e");
      pinned(PinReason.TEMPORARY);
      ask(client, "discard temp");
      ask(client, "discard all");
      free();
    }
  }

  @Test
  void p11_cursorsWithHold_pinUntilTheyAreClosed() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "begin");
      ask(client, "declare c cursor with hold for select generate_series(1, 10)");
      ask(client, "commit");
      pinned(PinReason.HOLD_CURSOR);
      assertTrue(ask(client, "fetch 3 from c").contains("FETCH 3"));
      ask(client, "close c");
      free();
    }
  }

  @Test
  void listen_pinsUntilUnlisten() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "listen news");
      pinned(PinReason.LISTEN);
      ask(client, "unlisten news");
      free();
    }
  }

  @Test
  void sqlPrepare_pinsUntilDeallocate() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "prepare p as select 'prepared'");
      pinned(PinReason.SQL_PREPARE);
      assertTrue(ask(client, "execute p").contains("prepared"));
      ask(client, "deallocate p");
      free();
    }
  }

  @Test
  void discardAll_endsEveryPin() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "load 'auto_explain'");
      pinned(PinReason.LOAD);
      assertTrue(
          HEARD.pins.contains("LOAD: load ? until DISCARD ALL, or the session ends"),
          HEARD.pins.toString());
      ask(client, "listen x");
      ask(client, "discard all");
      free();
    }
  }

  @Test
  void p09_settingsFollowTransactionsAndSavepoints() throws IOException {
    try (RawClient client = proxy.raw();
        RawClient other = proxy.raw()) {
      ask(client, "begin");
      ask(client, "set work_mem = '5MB'");
      ask(client, "savepoint s");
      ask(client, "set work_mem = '6MB'");
      ask(client, "set app.kept = 'no'");
      ask(client, "rollback to s");
      ask(client, "set app.after = 'yes'");
      ask(client, "commit");
      free();
      for (int i = 0; i < 4; i++) {
        try (RawClient blocks = proxy.raw()) {
          blocks.query("begin");
          assertTrue(ask(client, "show work_mem").contains("5MB"));
        }
        assertTrue(ask(client, "show app.after").contains("yes"));
        assertTrue(ask(other, "show work_mem").contains("4MB"));
        String others =
            ask(other, "select 'after=' || coalesce(current_setting('app.after', true), '')");
        assertTrue(!others.contains("yes"), others);
        assertTrue(!ask(client, "select current_setting('app.kept', true)").contains("no"));
      }
      ask(client, "begin; set work_mem = '7MB'; rollback");
      assertTrue(ask(client, "show work_mem").contains("5MB"));
      ask(client, "begin; set local work_mem = '8MB'; commit");
      assertTrue(ask(client, "show work_mem").contains("5MB"));
      ask(client, "reset work_mem");
      assertTrue(ask(client, "show work_mem").contains("4MB"));
    }
  }

  @Test
  void p09_setConfigAndSessionCharacteristicsAreReplayedNotPinned() throws IOException {
    try (RawClient client = proxy.raw();
        RawClient other = proxy.raw()) {
      ask(
          client,
          "select set_config('app.tenant', 'seven', false), set_config('work_mem', '9MB', false)");
      free();
      ask(client, "set session characteristics as transaction isolation level serializable");
      free();
      ask(client, "set role pg_monitor");
      free();
      for (String sql : List.of("select 1", "begin")) {
        ask(other, sql);
        assertTrue(ask(client, "show app.tenant").contains("seven"));
        assertTrue(ask(client, "show work_mem").contains("9MB"));
        assertTrue(ask(client, "show transaction_isolation").contains("serializable"));
        assertTrue(ask(client, "select current_user").contains("pg_monitor"));
      }
      assertTrue(ask(other, "select current_user").contains("app"));
      ask(other, "commit");
      assertTrue(ask(other, "show transaction_isolation").contains("read committed"));
      // The name is not in the text: nobody could ask for it.
      client.send(
          new Script()
              .parse("", "select set_config($1, 'x', false)", 25)
              .bind("", "", "app.other")
              .execute("", 0)
              .sync()
              .bytes());
      client.readToReady(1);
      pinned(PinReason.SETTING);
    }
    free();
  }

  @Test
  void p09_setSessionAuthorization_pinsUntilItIsReset() throws IOException {
    try (RawClient client = proxy.raw()) {
      ask(client, "set session authorization pg_monitor");
      pinned(PinReason.SETTING);
      ask(client, "discard all");
    }
    free();
  }

  @Test
  void p10_parametersReportedAreEachClientsOwn() throws IOException {
    try (RawClient client =
            RawClient.logIn(
                proxy.port(),
                TestProxy.USER,
                TestProxy.PASSWORD,
                Map.of("database", "db", "TimeZone", "Asia/Tokyo", "DateStyle", "SQL, DMY"));
        RawClient other = proxy.raw()) {
      assertEquals("Asia/Tokyo", client.parameters().get("TimeZone"));
      assertEquals("SQL, DMY", client.parameters().get("DateStyle"));
      for (int i = 0; i < 6; i++) {
        List<RawClient.Message> said = client.query("show timezone");
        assertTrue(said.toString().contains("Asia/Tokyo"));
        said.addAll(other.query("select 1"));
        assertTrue(said.stream().noneMatch(message -> message.type() == 'S'), said.toString());
      }
    }
  }

  @Test
  void pipelinedAcrossAPin_keepTheirServerAndOrder() throws IOException {
    try (RawClient client = proxy.raw()) {
      client.send(
          new Script()
              .query("create temp table piped (x int)")
              .query("insert into piped values (1)")
              .parse("", "select 'x=' || x from piped")
              .bind("", "")
              .execute("", 0)
              .sync()
              .query("drop table piped")
              .query("select 'after'")
              .bytes());
      String said = client.readToReady(5).toString();
      assertTrue(said.contains("x=1") && said.contains("after"), said);
      free();
    }
  }
}
