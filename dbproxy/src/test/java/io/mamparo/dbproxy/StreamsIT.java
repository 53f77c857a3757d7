package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Streams larger than memory should hold: the proxy keeps a little and slows the sender down. */
class StreamsIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int ROWS = 20_000;
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
    proxy = new TestProxy(postgres, 4, LONG, ProxyListener.NONE);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  private static long used() {
    var metric = PooledByteBufAllocator.DEFAULT.metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  @Test
  void aClientThatDoesNotRead_stopsTheServerAndNobodyElse() throws IOException {
    String sql = "select repeat('x', 8000) from generate_series(1, " + ROWS + ")";
    long before = used();
    try (RawClient slow = proxy.raw();
        RawClient quick = proxy.raw();
        RawClient direct = proxy.direct()) {
      slow.send(new Script().query(sql).bytes());
      Await.until(
          "the server waits for its client",
          LONG,
          () ->
              direct
                  .query(
                      "select 'n=' || count(*) from pg_stat_activity"
                          + " where wait_event = 'ClientWrite'")
                  .toString()
                  .contains("n=1"));
      assertTrue(used() - before < 16 << 20, "held " + (used() - before));
      assertTrue(quick.query("select 'quick'").toString().contains("quick"));

      // 160 MB come whole once it reads.
      long bytes = 0;
      char type = 0;
      while (type != 'Z') {
        RawClient.Message message = slow.read();
        type = message.type();
        bytes += message.body().length();
      }
      assertTrue(bytes > 8_000L * ROWS, "only " + bytes);
    }
    Await.until("given back", LONG, () -> proxy.pool().active() == 0);
    assertTrue(used() - before < 16 << 20, "kept " + (used() - before));
  }

  @Test
  void oneHugeRow_streams() throws IOException {
    try (RawClient client = proxy.raw()) {
      long before = used();
      client.send(new Script().query("select repeat('y', 100000000)").bytes());
      InputStream in = client.socket().getInputStream();
      long n = 0;
      long most = 0;
      byte[] buffer = new byte[1 << 16];
      while (n < 100_000_000) {
        n += in.read(buffer);
        most = Math.max(most, used() - before);
      }
      assertTrue(most < 32 << 20, "held " + most);
    }
  }

  @Test
  void aServerThatDoesNotRead_stopsTheClient() throws IOException {
    try (RawClient holder = proxy.raw();
        RawClient writer = proxy.raw()) {
      holder.query("create table taken (t text)");
      holder.query("begin; lock table taken");
      long before = used();
      writer.query("select 1");
      writer.send(new Script().query("copy taken from stdin").unanswered().bytes());
      byte[] line = new Script().copyData("z".repeat(60_000) + "\n").bytes();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 1_000; i++) {
                        writer.send(line);
                      }
                      writer.send(new Script().copyDone().bytes());
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      Await.until("the copy waits for the lock", LONG, () -> waits(holder));
      assertTrue(sender.isAlive(), "60 MB went somewhere");
      assertTrue(used() - before < 16 << 20, "held " + (used() - before));
      holder.query("commit");
      String said = writer.readToReady(1).toString();
      assertTrue(said.contains("COPY 1000"), said);
      assertEquals(true, join(sender));
    }
  }

  private static boolean waits(RawClient client) throws IOException {
    return client
        .query("select 'n=' || count(*) from pg_locks where not granted")
        .toString()
        .contains("n=1");
  }

  private static boolean join(Thread thread) {
    try {
      return thread.join(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void aHugeStatement_streamsAndItsTextIsNotKept() throws IOException {
    String text = "select length('" + "w".repeat(20_000_000) + "')";
    try (RawClient client = proxy.raw()) {
      long before = used();
      assertTrue(client.query(text).toString().contains("20000000"));
      client.send(new Script().parse("", text).bind("", "").execute("", 0).sync().bytes());
      assertTrue(client.readToReady(1).toString().contains("20000000"));
      assertTrue(used() - before < 16 << 20, "held " + (used() - before));
    }
  }
}
