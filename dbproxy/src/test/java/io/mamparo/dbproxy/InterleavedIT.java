package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.testkit.RealPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Several clients at once on fewer servers, each of which must see what it would see alone. Seeded:
 * {@code -Dmamparo.seed=N -Dmamparo.rounds=1} replays one round, more rounds look further.
 */
class InterleavedIT {
  private static final int CLIENTS = 4;
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() throws IOException {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 2, Duration.ofSeconds(20), ProxyListener.NONE);
    try (RawClient client = proxy.direct()) {
      client.query("create table t (id int primary key, name text)");
      client.query("insert into t select g, 'name ' || g from generate_series(1, 50) g");
    }
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  /** Two open transactions would wait for each other's servers: each script ends its own. */
  private static Script script(Random random, int client) {
    Script script = new Script();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      switch (random.nextInt(7)) {
        case 0 ->
            script.query("select " + client + ", name from t where id = " + random.nextInt(50));
        case 1 -> script.query("begin; set work_mem = '" + (1 + client) + "MB'; rollback");
        case 2 ->
            script.query("set extra_float_digits = " + client).query("show extra_float_digits");
        case 3 ->
            script
                .parse("s" + random.nextInt(3), "select " + random.nextInt(5))
                .flush()
                .bind("", "s" + random.nextInt(3))
                .execute("", random.nextInt(2))
                .flush()
                .sync();
        case 4 ->
            script
                .parse("", "select name from t where id = " + random.nextInt(5))
                .describe('S', "")
                .bind("", "")
                .flush()
                .execute("", 0)
                .close('S', "s" + random.nextInt(3))
                .sync();
        case 5 ->
            script
                .parse("", "select 1/0")
                .bind("", "")
                .execute("", 0)
                .parse("s1", "select 'skipped'")
                .flush()
                .sync()
                .query("select set_config('app.c', '" + client + "', false)")
                .query("select current_setting('app.c', true), current_setting('work_mem')");
        default -> script.query("create temp table mine (x int)").query("drop table mine");
      }
    }
    return script;
  }

  private static String lines(List<RawClient.Message> messages) {
    StringBuilder lines = new StringBuilder();
    messages.stream()
        .filter(message -> message.type() != 'S')
        .forEach(
            message ->
                lines
                    .append(message.toString().replaceAll("\\|F[\\w.]+\\|L\\d+\\|R\\w+\\|", "|"))
                    .append('\n'));
    return lines.toString();
  }

  @Test
  void severalClients_seeWhatTheyWouldSeeAlone() throws IOException {
    long first = Long.getLong("mamparo.seed", 1);
    int rounds = Integer.getInteger("mamparo.rounds", 10);
    for (long seed = first; seed < first + rounds; seed++) {
      interleave(seed);
    }
  }

  private static void interleave(long seed) throws IOException {
    Random random = new Random(seed);
    List<RawClient> direct = new ArrayList<>();
    List<RawClient> through = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        direct.add(proxy.direct());
        through.add(proxy.raw());
      }
      for (int step = 0; step < 5; step++) {
        List<Script> scripts = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          scripts.add(script(random, i));
        }
        sendInPieces(through, scripts, random);
        for (int i = 0; i < CLIENTS; i++) {
          Script script = scripts.get(i);
          direct.get(i).send(script.bytes());
          assertEquals(
              lines(direct.get(i).readToReady(script.readies())),
              lines(through.get(i).readToReady(script.readies())),
              "-Dmamparo.seed=" + seed + " step " + step + " client " + i + ": " + script);
        }
      }
    } finally {
      for (RawClient client : direct) {
        client.close();
      }
      for (RawClient client : through) {
        client.close();
      }
    }
  }

  private static void sendInPieces(List<RawClient> clients, List<Script> scripts, Random random)
      throws IOException {
    byte[][] bytes = new byte[CLIENTS][];
    int[] sent = new int[CLIENTS];
    int left = 0;
    for (int i = 0; i < CLIENTS; i++) {
      bytes[i] = scripts.get(i).bytes();
      left += bytes[i].length;
    }
    while (left > 0) {
      int i = random.nextInt(CLIENTS);
      int n = Math.min(1 + random.nextInt(60), bytes[i].length - sent[i]);
      clients.get(i).send(Arrays.copyOfRange(bytes[i], sent[i], sent[i] + n));
      sent[i] += n;
      left -= n;
    }
  }

  @Test
  void everyByteBoundary_mayBeASplit() throws IOException {
    Script script =
        new Script()
            .parse("p", "select name from t where id = $1", 23)
            .describe('S', "p")
            .bind("", "p", "7")
            .describe('P', "")
            .flush()
            .execute("", 0)
            .sync()
            .parse("", "select 1/0")
            .bind("", "")
            .execute("", 0)
            .close('S', "p")
            .sync()
            .query("select 'q'; set timezone to 'UTC'")
            .close('S', "p")
            .sync();
    String expected;
    try (RawClient direct = proxy.direct()) {
      direct.send(script.bytes());
      expected = lines(direct.readToReady(script.readies()));
    }
    byte[] bytes = script.bytes();
    try (RawClient client = proxy.raw()) {
      for (int at = 1; at < bytes.length; at++) {
        client.send(Arrays.copyOf(bytes, at));
        client.send(Arrays.copyOfRange(bytes, at, bytes.length));
        assertEquals(expected, lines(client.readToReady(script.readies())), "split at " + at);
      }
      for (byte b : bytes) {
        client.send(b);
      }
      assertEquals(expected, lines(client.readToReady(script.readies())), "byte by byte");
    }
  }
}
