package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same bytes to the server and through the proxy: the same messages must come back. */
class DifferentialIT {
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() throws IOException {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 2, Duration.ofSeconds(10), ProxyListener.NONE);
    try (RawClient client = proxy.direct()) {
      client.query("create table t (id int primary key, name text)");
      client.query("insert into t select g, 'name ' || g from generate_series(1, 500) g");
      client.query("create table copied (id int, name text)");
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  private static List<RawClient.Message> run(
      RawClient client, Script script, @Nullable Random pieces) throws IOException {
    byte[] bytes = script.bytes();
    int at = 0;
    while (at < bytes.length) {
      int n = pieces == null ? bytes.length : Math.min(1 + pieces.nextInt(40), bytes.length - at);
      client.send(java.util.Arrays.copyOfRange(bytes, at, at + n));
      at += n;
    }
    List<RawClient.Message> messages = client.readToReady(script.readies());
    messages.removeIf(message -> message.type() == 'S');
    return messages;
  }

  private static void same(Script... scripts) throws IOException {
    for (int seed = -1; seed < 3; seed++) {
      List<String> expected = new ArrayList<>();
      try (RawClient direct = proxy.direct()) {
        direct.query("truncate copied");
        for (Script script : scripts) {
          expected.add(lines(run(direct, script, null)));
        }
      }
      try (RawClient through = proxy.raw()) {
        through.query("truncate copied");
        for (int i = 0; i < scripts.length; i++) {
          Random pieces = seed < 0 ? null : new Random(seed);
          assertEquals(
              expected.get(i),
              lines(run(through, scripts[i], pieces)),
              "pieces " + seed + " of " + scripts[i]);
        }
      }
    }
  }

  private static String lines(List<RawClient.Message> messages) {
    StringBuilder lines = new StringBuilder();
    // Which line of the server's source raised an error may differ: a Parse the proxy added, say.
    messages.forEach(
        message ->
            lines
                .append(message.toString().replaceAll("\\|F[\\w.]+\\|L\\d+\\|R\\w+\\|", "|"))
                .append('\n'));
    return lines.toString();
  }

  @Test
  void simpleQueries_areTheSame() throws IOException {
    same(
        new Script().query("select 1"),
        new Script().query(""),
        new Script().query("select 1; select 'two'; select 3 where false"),
        new Script().query("selec 1"),
        new Script().query("select 1; select 1/0; select 3"),
        new Script().query("select * from t order by id"),
        new Script().query("begin").query("select 1").query("commit"),
        new Script().query("begin; select 1/0").query("select 1").query("rollback"),
        new Script().query("do $$ begin raise notice 'hello'; end $$"));
  }

  @Test
  void pitfall01_namesAreTranslatedAndAFailedParseRegistersNothing() throws IOException {
    same(
        new Script()
            .parse("a", "select name from t where id = $1", 23)
            .describe('S', "a")
            .bind("", "a", "7")
            .describe('P', "")
            .execute("", 0)
            .sync(),
        new Script().parse("a", "select 2").sync(),
        new Script().bind("", "a", "8").execute("", 0).sync(),
        new Script().parse("broken", "selec 1").sync(),
        new Script().bind("", "broken").execute("", 0).sync(),
        new Script().parse("broken", "select 1").bind("", "broken").execute("", 0).sync(),
        new Script().parse("b", "select name from t where id = $1", 20).sync(),
        new Script().describe('S', "b").describe('S', "a").sync(),
        new Script().bind("", "unknown").sync(),
        new Script().describe('S', "unknown").sync());
  }

  @Test
  void pitfall02_deallocateAllTakesEffectInItsPlace() throws IOException {
    same(
        new Script().parse("a", "select 1").parse("b", "select 2").sync(),
        new Script()
            .bind("", "a")
            .execute("", 0)
            .parse("", "deallocate all")
            .bind("", "")
            .execute("", 0)
            .parse("a", "select 11")
            .bind("", "a")
            .execute("", 0)
            .sync(),
        new Script().bind("", "b").sync(),
        new Script().query("deallocate all").query("select 5"),
        new Script()
            .bind("", "a")
            .sync()
            .parse("a", "select 1")
            .bind("", "a")
            .execute("", 0)
            .sync(),
        new Script().query("discard all").parse("a", "select 4").sync(),
        new Script().query("deallocate a").bind("", "a").sync(),
        new Script().parse("a", "select 9").sync().query("deallocate prepare \"a\""),
        new Script().bind("", "a").sync(),
        new Script().parse("a", "select 10").sync(),
        new Script().parse("", "deallocate a").bind("", "").execute("", 0).sync(),
        new Script().bind("", "a").sync(),
        new Script().query("deallocate nothing"));
  }

  @Test
  void pitfall04_theServerIsKeptWhileASyncIsOutstanding() throws IOException {
    Script many = new Script();
    for (int i = 0; i < 50; i++) {
      many.parse("", "select " + i).bind("", "").execute("", 0).sync();
      many.query("select 'q" + i + "'");
    }
    same(many, new Script().query("begin").sync().query("select 1").sync().query("commit").sync());
  }

  @Test
  void pitfall05_afterAnErrorAllIsSkippedToTheSync() throws IOException {
    same(
        new Script()
            .parse("x", "select 1")
            .bind("", "x")
            .execute("", 0)
            .parse("y", "select 1/0")
            .bind("", "y")
            .execute("", 0)
            .parse("z", "select 3")
            .close('S', "x")
            .query("select 'skipped'")
            .unanswered()
            .sync(),
        new Script().bind("", "z").sync(),
        new Script().bind("", "x").execute("", 0).sync(),
        new Script().bind("", "y").sync(),
        new Script().parse("z", "select 33").bind("", "z").execute("", 0).sync(),
        new Script()
            .bind("", "nope")
            .parse("m", "select 5")
            .sync()
            .parse("m", "select 6")
            .bind("", "m")
            .execute("", 0)
            .sync());
  }

  @Test
  void pitfall06_parseAndFlushWithoutSyncHoldsTheServer() throws IOException {
    same(
        new Script().query("begin"),
        new Script().parse("f", "select 1").describe('S', "f").flush().sync(),
        new Script().bind("", "f").flush().execute("", 0).flush().sync(),
        new Script().query("commit"));
  }

  @Test
  void pitfall07_closeOfANameThatDoesNotExistSucceeds() throws IOException {
    same(
        new Script().close('S', "never").close('P', "never").sync(),
        new Script().parse("bad", "selec").sync().close('S', "bad").sync(),
        new Script()
            .parse("one", "select 1")
            .bind("", "one")
            .execute("", 0)
            .close('S', "one")
            .parse("one", "select 2")
            .bind("", "one")
            .execute("", 0)
            .sync(),
        new Script().close('S', "one").close('S', "one").sync().bind("", "one").sync(),
        new Script().close('S', "").bind("", "").sync());
  }

  @Test
  void pitfall08_severalStatementsAreOneTransactionUnlessTheyCommit() throws IOException {
    same(
        new Script().query("insert into copied values (1, 'x'); select 1/0"),
        new Script().query("insert into copied values (2, 'x'); commit; select 1/0"),
        new Script().query("select id from copied order by id; delete from copied"));
  }

  @Test
  void unnamedStatements_belongToTheirSession() throws IOException {
    same(
        new Script().parse("", "select 'mine'").sync(),
        new Script().bind("", "").describe('P', "").execute("", 0).sync(),
        new Script().describe('S', "").sync(),
        new Script().query("select 1"),
        new Script().bind("", "").sync(),
        new Script().parse("", "selec").sync().bind("", "").sync());
  }

  @Test
  void abortedTransactions_refuseParseOfSharedStatements() throws IOException {
    same(
        new Script().parse("s", "select 1").sync().close('S', "s").sync(),
        new Script().query("begin").query("select 1/0"),
        new Script().parse("s", "select 1").sync(),
        new Script().parse("s", "select 1").bind("", "s").execute("", 0).sync(),
        new Script().parse("r", "rollback").bind("", "r").execute("", 0).sync(),
        new Script().parse("s", "select 1").bind("", "s").execute("", 0).sync());
  }

  @Test
  void portals_suspendAndGoOn() throws IOException {
    same(
        new Script().query("begin"),
        new Script().parse("c", "select id from t order by id").bind("p", "c").sync(),
        new Script().execute("p", 3).execute("p", 2).sync(),
        new Script().execute("p", 0).close('P', "p").sync(),
        new Script().execute("p", 0).sync(),
        new Script().query("rollback"));
  }

  @Test
  void pitfall15_copyInAllItsWays() throws IOException {
    same(
        new Script().query("copy copied from stdin").copyData("1\tone\n2\ttwo\n").copyDone(),
        new Script().query("select * from copied order by id"),
        new Script().query("copy copied from stdin").copyData("3\tth").copyFail("no more"),
        new Script()
            .query("copy copied from stdin")
            .copyData("x\ty\n")
            .copyData("4\tz\n")
            .copyDone(),
        new Script().query("select 'still here'"),
        new Script()
            .parse("", "copy copied from stdin")
            .bind("", "")
            .execute("", 0)
            .sync()
            .unanswered()
            .copyData("5\tfive\n")
            .copyDone()
            .sync(),
        new Script()
            .parse("", "copy copied from stdin")
            .bind("", "")
            .execute("", 0)
            .copyData("6\tsix\n")
            .copyDone()
            .sync(),
        new Script()
            .parse("", "copy copied from stdin")
            .bind("", "")
            .execute("", 0)
            .copyData("six\tsix\n")
            .copyData("7\tsix\n")
            .copyDone()
            .sync(),
        new Script().copyData("late").copyDone().query("select 1"),
        new Script().query("copy copied to stdout"),
        new Script().query("copy (select * from t order by id) to stdout"),
        new Script().query("delete from copied"));
  }

  @Test
  void randomSequences_areTheSame() throws IOException {
    long first = Long.getLong("mamparo.seed", 1);
    int rounds = Integer.getInteger("mamparo.rounds", 150);
    int crashes = 0;
    for (long seed = first; seed < first + rounds; seed++) {
      crashes += compares(seed) ? 0 : 1;
    }
    assertEquals(true, crashes <= rounds / 100, crashes + " crashes of PostgreSQL");
  }

  /** Compares one session; false when PostgreSQL itself crashed, which some sequences do to 18. */
  private static boolean compares(long seed) throws IOException {
    Random random = new Random(seed);
    StringBuilder history = new StringBuilder();
    try (RawClient direct = proxy.direct();
        RawClient through = proxy.raw();
        RawClient noise = proxy.raw()) {
      for (int i = 0; i < 8; i++) {
        Script script = RandomScripts.next(random);
        history.append('\n').append(script);
        noise.query("select 'noise'; set timezone to 'Asia/Tokyo'");
        String expected;
        try {
          expected = lines(run(direct, script, null));
        } catch (EOFException crash) {
          Await.until("recovered", Duration.ofSeconds(30), () -> connects());
          return false;
        }
        String actual = lines(run(through, script, random.nextBoolean() ? random : null));
        assertEquals(expected, actual, "-Dmamparo.seed=" + seed + " after" + history);
      }
    }
    return true;
  }

  private static boolean connects() throws IOException {
    proxy.direct().close();
    return true;
  }

  @Test
  void settings_belongToTheirSession() throws IOException {
    List<Script> scripts = new ArrayList<>();
    for (String setting :
        List.of("timezone", "extra_float_digits", "statement_timeout", "search_path")) {
      scripts.add(new Script().query("show " + setting));
    }
    try (RawClient one = proxy.raw();
        RawClient two = proxy.raw()) {
      one.query("set timezone to 'Asia/Tokyo'; set extra_float_digits = 0");
      one.query("set statement_timeout = '5s'");
      one.query("set search_path to pg_catalog, \"odd name\"");
      String changed = "";
      String plain = "";
      for (int i = 0; i < 6; i++) {
        StringBuilder ofOne = new StringBuilder();
        StringBuilder ofTwo = new StringBuilder();
        for (Script script : scripts) {
          ofOne.append(run(one, script, null).get(1));
          ofTwo.append(run(two, script, null).get(1));
        }
        changed = ofOne.toString();
        plain = ofTwo.toString();
        assertEquals(true, changed.contains("Asia/Tokyo") && changed.contains("5s"), changed);
        assertEquals(true, changed.contains("odd name"), changed);
        assertEquals(false, plain.contains("Tokyo") || plain.contains("5s"), plain);
        assertEquals(false, plain.contains("odd name"), plain);
      }
    }
  }
}
