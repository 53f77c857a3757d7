package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.RealPostgres;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that mean no good, or cannot do better: they are refused, bounded, and harm no other. */
class HostileClientsIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static RealPostgres postgres;
  private static TestProxy proxy;

  @BeforeAll
  static void start() {
    postgres = RealPostgres.start();
    proxy =
        new TestProxy(
            postgres,
            TestProxy.config(
                postgres,
                TestProxy.pool(2, LONG),
                new DatabaseProxyConfig.Limits(200, Duration.ofMillis(700), 200, 5_000)),
            ProxyListener.NONE);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    postgres.close();
  }

  private static void worksForOthers() throws IOException {
    try (RawClient client = proxy.raw()) {
      assertTrue(client.query("select 'fine'").toString().contains("fine"));
    }
  }

  private static RawClient opened(byte... bytes) throws IOException {
    RawClient client = new RawClient(proxy.port());
    client.send(bytes);
    return client;
  }

  @Test
  void garbage_isRefusedBeforeLogIn() throws IOException {
    Random random = new Random(11);
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[1 + random.nextInt(3_000)];
      random.nextBytes(bytes);
      try (RawClient client = opened(bytes)) {
        assertTrue(client.closedByPeer(), "garbage of seed 11, number " + i);
      }
    }
    try (RawClient http =
        opened("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))) {
      assertTrue(http.closedByPeer());
    }
    worksForOthers();
  }

  @Test
  void garbage_afterLogInClosesThatClientWith08P01() throws IOException {
    for (byte[] bytes :
        List.of(
            new byte[] {'?', 0, 0, 0, 4},
            new byte[] {'Q', 0, 0, 0, 3},
            new byte[] {'Q', (byte) 0xff, 0, 0, 0},
            new byte[] {'S', 0, 1, 0, 0, 0},
            new byte[] {'B', 0, 0, 0, 5, 'x', 0},
            new byte[] {'p', 0, 0, 0, 5, 0})) {
      try (RawClient client = proxy.raw()) {
        client.send(bytes);
        RawClient.Message said = client.read();
        assertTrue(said.toString().contains("08P01"), said.toString());
        assertTrue(client.closedByPeer());
      }
    }
    worksForOthers();
  }

  @Test
  void oversizedStartUp_isRefused() throws IOException {
    try (RawClient client = opened((byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff)) {
      assertTrue(client.closedByPeer());
    }
    ByteBuf packet = Unpooled.buffer();
    Frontend.startup(packet, Map.of("user", "u".repeat(20_000)));
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(packet);
      assertTrue(client.closedByPeer());
    }
    worksForOthers();
  }

  @Test
  void aSlowStartUp_isCutOffInTime() throws IOException {
    ByteBuf packet = Unpooled.buffer();
    Frontend.startup(packet, Map.of("user", "app", "database", "db"));
    List<RawClient> slow = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      slow.add(opened(RawClient.bytes(packet.slice(0, i % 12))));
    }
    worksForOthers();
    for (RawClient client : slow) {
      assertTrue(client.closedByPeer());
      client.close();
    }
    Await.until("forgotten", LONG, () -> proxy.proxy().observe().clients().connected() == 0);
  }

  @Test
  void halfOpen_clientsGetTheirAnswerAndAreLetGo() throws IOException {
    try (RawClient client = proxy.raw()) {
      client.send(new Script().query("select pg_sleep(0.05), 'answer'").bytes());
      client.socket().shutdownOutput();
      assertTrue(client.readToReady(1).toString().contains("answer"));
      assertTrue(client.closedByPeer());
    }
    RawClient idle = proxy.raw();
    idle.socket().shutdownOutput();
    assertTrue(idle.closedByPeer());
    idle.close();
    RawClient inTransaction = proxy.raw();
    inTransaction.query("begin");
    inTransaction.socket().shutdownOutput();
    assertTrue(inTransaction.closedByPeer());
    inTransaction.close();
    Await.until("given back", LONG, () -> proxy.pool().active() == 0);
  }

  @Test
  void sslRequestWithTrailingPlaintext_isRefused() throws IOException {
    ByteBuf packet = Unpooled.buffer();
    packet.writeInt(8).writeInt(Frontend.SSL_REQUEST);
    Frontend.startup(packet, Map.of("user", "app", "database", "db"));
    try (RawClient client = new RawClient(proxy.port())) {
      client.send(packet);
      RawClient.Message said = client.read();
      assertEquals('E', said.type());
      assertTrue(said.toString().contains("unencrypted data after SSL request"), said.toString());
      assertTrue(client.closedByPeer());
    }
  }

  @Test
  void aClientThatIsCutOffInAMessage_leavesACleanServerBehind() throws IOException {
    for (int i = 0; i < 10; i++) {
      RawClient client = proxy.raw();
      client.query("begin");
      byte[] whole = new Script().query("select '" + "a".repeat(40_000) + "'").bytes();
      client.send(java.util.Arrays.copyOf(whole, 1 + i * 4_000));
      client.close();
    }
    Await.until("given back", LONG, () -> proxy.pool().active() == 0);
    worksForOthers();
  }

  @Test
  void endlessPipelines_withoutReadingAreBounded() throws Exception {
    try (RawClient client = proxy.raw()) {
      byte[] batch = new Script().query("select repeat('x', 10000)").bytes();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 200_000; i++) {
                        client.send(batch);
                      }
                    } catch (IOException expected) {
                      // Closed below.
                    }
                  });
      worksForOthers();
      assertTrue(sender.isAlive());
      client.socket().close();
      sender.join();
    }
    Await.until("given back", LONG, () -> proxy.pool().active() == 0);
    worksForOthers();
  }
}
