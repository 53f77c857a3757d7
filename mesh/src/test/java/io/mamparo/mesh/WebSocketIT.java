package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** WebSockets through the mesh, with the JDK's client. */
class WebSocketIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** What the client heard, as text: kind and content. */
  private static final class Heard implements WebSocket.Listener {
    final BlockingQueue<String> words = new LinkedBlockingQueue<>();
    final BlockingQueue<byte[]> binaries = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        words.add("text " + text);
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      while (data.hasRemaining()) {
        binary.write(data.get());
      }
      if (last) {
        binaries.add(binary.toByteArray());
        binary.reset();
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer data) {
      words.add("ping " + UTF_8.decode(data));
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      words.add("pong " + UTF_8.decode(data));
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      words.add("close " + code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      words.add("lost");
    }

    String next() throws InterruptedException {
      return String.valueOf(words.poll(SOON.toSeconds(), TimeUnit.SECONDS));
    }
  }

  private static WebSocket open(HttpClient client, TestMesh mesh, Heard heard) throws Exception {
    return client
        .newWebSocketBuilder()
        .buildAsync(URI.create("ws://127.0.0.1:" + mesh.port() + "/ws"), heard)
        .get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static TestMesh mesh(TestServer server) {
    return new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
  }

  private static void awaitOver(TestServer server, TestMesh mesh) {
    Await.until("both ends are gone", SOON, () -> server.connections() == 0);
    Await.until(
        "the place is given back",
        SOON,
        () -> mesh.mesh.observe().services().getFirst().inFlight() == 0);
    Await.until(
        "the client is not counted any more",
        SOON,
        () -> mesh.mesh.observe().listeners().getFirst().connections() == 0);
  }

  @Test
  void largeMessages_inPiecesAndWhole_passBothWays() throws Exception {
    byte[] bytes = new byte[5_000_000];
    new Random(1).nextBytes(bytes);
    String text = "\u00fcber ".repeat(200_000);
    try (TestServer server = TestServer.script(TestWebSockets::echo);
        TestMesh mesh = mesh(server);
        HttpClient client = HttpClient.newHttpClient()) {
      Heard heard = new Heard();
      WebSocket socket = open(client, mesh, heard);
      int piece = 70_000;
      for (int at = 0; at < bytes.length; at += piece) {
        int n = Math.min(piece, bytes.length - at);
        socket
            .sendBinary(ByteBuffer.wrap(bytes, at, n), at + n == bytes.length)
            .get(SOON.toSeconds(), TimeUnit.SECONDS);
      }
      assertArrayEquals(bytes, heard.binaries.poll(SOON.toSeconds(), TimeUnit.SECONDS));
      socket.sendText(text, true).get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertEquals("text " + text, heard.next());
      socket.sendBinary(ByteBuffer.allocate(0), true).get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertArrayEquals(new byte[0], heard.binaries.poll(SOON.toSeconds(), TimeUnit.SECONDS));
      socket.abort();
      awaitOver(server, mesh);
    }
  }

  @Test
  void pingsAndPongs_passBothWays() throws Exception {
    BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
    try (TestServer server =
            TestServer.script(
                c -> {
                  TestWebSockets.open(c);
                  TestWebSockets.send(
                      c, TestWebSockets.PING, true, "are you there".getBytes(UTF_8));
                  for (var f = TestWebSockets.read(c); f != null; f = TestWebSockets.read(c)) {
                    if (f.kind() == TestWebSockets.PING) {
                      TestWebSockets.send(c, TestWebSockets.PONG, true, f.payload());
                    } else {
                      pongs.add(f.kind() + " " + new String(f.payload(), UTF_8));
                    }
                  }
                });
        TestMesh mesh = mesh(server);
        HttpClient client = HttpClient.newHttpClient()) {
      Heard heard = new Heard();
      WebSocket socket = open(client, mesh, heard);
      assertEquals("ping are you there", heard.next());
      assertEquals("10 are you there", pongs.poll(SOON.toSeconds(), TimeUnit.SECONDS));
      socket.sendPing(ByteBuffer.wrap("and you".getBytes(UTF_8))).get(10, TimeUnit.SECONDS);
      assertEquals("pong and you", heard.next());
      socket.abort();
      awaitOver(server, mesh);
    }
  }

  @Test
  void farewells_passBothWays_withTheirCodes() throws Exception {
    BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
    try (TestServer server =
            TestServer.script(
                c -> {
                  TestWebSockets.open(c);
                  var f = TestWebSockets.read(c);
                  if (f != null && f.kind() == TestWebSockets.TEXT) {
                    byte[] farewell = new byte[] {0x0f, (byte) 0xa2, 'g', 'o'};
                    TestWebSockets.send(c, TestWebSockets.CLOSE, true, farewell);
                    f = TestWebSockets.read(c);
                  } else if (f != null) {
                    TestWebSockets.send(c, TestWebSockets.CLOSE, true, f.payload());
                  }
                  codes.add(f == null ? -1 : f.code());
                });
        TestMesh mesh = mesh(server);
        HttpClient client = HttpClient.newHttpClient()) {
      Heard first = new Heard();
      WebSocket socket = open(client, mesh, first);
      socket.sendClose(4001, "enough").get(10, TimeUnit.SECONDS);
      assertEquals(4001, codes.poll(SOON.toSeconds(), TimeUnit.SECONDS));
      assertEquals("close 4001 enough", first.next());
      awaitOver(server, mesh);

      Heard second = new Heard();
      socket = open(client, mesh, second);
      socket.sendText("say farewell", true).get(10, TimeUnit.SECONDS);
      assertEquals("close 4002 go", second.next());
      assertEquals(4002, codes.poll(SOON.toSeconds(), TimeUnit.SECONDS));
      awaitOver(server, mesh);
    }
  }

  @Test
  void serverThatIsGone_isNoticedByTheClient() throws Exception {
    try (TestServer server = TestServer.script(TestWebSockets::open);
        TestMesh mesh = mesh(server);
        HttpClient client = HttpClient.newHttpClient()) {
      Heard heard = new Heard();
      open(client, mesh, heard);
      String said = heard.next();
      assertTrue(said.equals("lost") || said.startsWith("close 1006"), said);
      awaitOver(server, mesh);
    }
  }

  @Test
  void silence_endsTheTunnel_butNotWhileEitherSideSpeaks() throws Exception {
    MeshConfig.Limits d = MeshConfig.Limits.DEFAULT;
    Duration idle = Duration.ofMillis(1_500);
    MeshConfig.Limits limits =
        new MeshConfig.Limits(
            d.connections(),
            d.headBytes(),
            d.headers(),
            d.headTimeout(),
            d.idle(),
            d.bodyIdle(),
            d.upstreamIdle(),
            d.upstreamConnections(),
            d.connectTimeout(),
            idle);
    AtomicBoolean speaking = new AtomicBoolean(true);
    try (TestServer server =
            TestServer.script(
                c -> {
                  TestWebSockets.open(c);
                  var first = Objects.requireNonNull(TestWebSockets.read(c));
                  boolean listens = first.kind() == TestWebSockets.TEXT;
                  while (!listens && speaking.get()) {
                    TestWebSockets.send(c, TestWebSockets.TEXT, true, (byte) '.');
                    pause();
                  }
                  c.in.transferTo(java.io.OutputStream.nullOutputStream());
                });
        TestMesh mesh = new TestMesh(TestMesh.config(limits, TestMesh.service("cars", server)));
        HttpClient client = HttpClient.newHttpClient()) {
      Heard quiet = new Heard();
      WebSocket listening = open(client, mesh, quiet);
      listening.sendBinary(ByteBuffer.allocate(1), true).get(10, TimeUnit.SECONDS);
      Heard other = new Heard();
      WebSocket talking = open(client, mesh, other);
      long end = System.nanoTime() + 2 * idle.toNanos();
      while (System.nanoTime() - end < 0) {
        talking.sendText(".", true).get(10, TimeUnit.SECONDS);
        pause();
      }
      assertTrue(quiet.words.stream().allMatch("text ."::equals), "one is still open");
      assertEquals(0, other.words.size(), "and so is the other");
      assertEquals(2, mesh.mesh.observe().listeners().getFirst().connections());
      speaking.set(false);
      awaitOver(server, mesh);
      Await.until(
          "both are counted",
          SOON,
          () -> {
            var limited = mesh.mesh.observe().listeners().getFirst().limited();
            return limited.getOrDefault(ListenerLimit.TUNNEL, 0L) == 2;
          });
      assertTrue(mesh.seen.stream().allMatch(s -> s.status() == 101));
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void clientThatDoesNotRead_holdsTheServerUp_andGetsEverythingLater() throws Exception {
    int length = 64 << 20;
    AtomicLong sent = new AtomicLong();
    try (TestServer server =
            TestServer.script(
                c -> {
                  TestWebSockets.open(c);
                  byte[] part = new byte[64 * 1024];
                  for (int at = 0; at < length; at += part.length) {
                    c.out.write(part);
                    sent.addAndGet(part.length);
                  }
                });
        TestMesh mesh = mesh(server);
        TestClient client = new TestClient(mesh.port())) {
      client.send(
          "GET",
          "/ws",
          "",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      Await.until(
          "nothing moves any more",
          SOON,
          () -> {
            long before = sent.get();
            TimeUnit.MILLISECONDS.sleep(200);
            return before > 0 && sent.get() == before;
          });
      assertTrue(sent.get() < length / 2, "what is not read piles up: " + sent);
      String line = TestServer.HttpText.line(client.in);
      assertEquals("HTTP/1.1 101 Switching Protocols", line);
      while (line != null && !line.isEmpty()) {
        line = TestServer.HttpText.line(client.in);
      }
      assertEquals(length, client.in.transferTo(java.io.OutputStream.nullOutputStream()));
    }
  }

  @Test
  void refusedUpgrade_isAnOrdinaryAnswer() throws Exception {
    try (TestServer server = TestServer.answering(r -> TestServer.status(403, "not you"));
        TestMesh mesh = mesh(server);
        HttpClient client = HttpClient.newHttpClient()) {
      ExecutionException thrown =
          assertThrows(ExecutionException.class, () -> open(client, mesh, new Heard()));
      WebSocketHandshakeException refused =
          assertInstanceOf(WebSocketHandshakeException.class, thrown.getCause());
      assertEquals(403, refused.getResponse().statusCode());
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      assertEquals(403, mesh.seen.getFirst().status());
    }
  }
}
