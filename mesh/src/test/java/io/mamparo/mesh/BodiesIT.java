package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BodiesIT {
  private static final long LARGE = 100L << 20;

  /** Bytes that are different everywhere, and their sum. */
  private static final class Noise extends InputStream {
    private final byte[] block = new byte[8191];
    private final CRC32 sum = new CRC32();
    private long left;

    Noise(long length) {
      left = length;
      new Random(7).nextBytes(block);
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] to, int from, int length) {
      int n = (int) Math.min(Math.min(length, block.length), left);
      if (n == 0) {
        return -1;
      }
      System.arraycopy(block, 0, to, from, n);
      sum.update(to, from, n);
      left -= n;
      return n;
    }
  }

  private static long sum(InputStream in, long length) throws java.io.IOException {
    CRC32 sum = new CRC32();
    byte[] buffer = new byte[64 * 1024];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new java.io.IOException("cut with " + left + " to go");
      }
      sum.update(buffer, 0, n);
      left -= n;
    }
    return sum.getValue();
  }

  @Test
  void largeBodies_passWithoutPilingUp() throws Exception {
    try (TestServer server =
            TestServer.script(
                c -> {
                  for (TestServer.Request r = c.head(); r != null; r = c.head()) {
                    if (r.line().startsWith("PUT")) {
                      c.send(TestServer.ok(sum(c.in, LARGE) + ""));
                    } else {
                      c.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                      new Noise(LARGE).transferTo(c.out);
                    }
                  }
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      URI uri = URI.create("http://127.0.0.1:" + mesh.port() + "/");
      Noise up = new Noise(LARGE);
      HttpRequest put =
          HttpRequest.newBuilder(uri)
              .PUT(
                  HttpRequest.BodyPublishers.fromPublisher(
                      HttpRequest.BodyPublishers.ofInputStream(() -> up), LARGE))
              .build();
      String got = client.send(put, HttpResponse.BodyHandlers.ofString()).body();
      assertEquals(up.sum.getValue() + "", got);
      HttpResponse<InputStream> down =
          client.send(
              HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = down.body()) {
        assertEquals(up.sum.getValue(), sum(body, LARGE));
      }
      long direct = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
      assertTrue(direct < 24L << 20, "direct memory " + direct);
    }
  }

  @Test
  void slowReader_slowsTheServiceDown() throws Exception {
    long length = 20L << 20;
    AtomicLong handed = new AtomicLong();
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.next();
                  c.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
                  byte[] block = new byte[64 * 1024];
                  for (long sent = 0; sent < length; sent += block.length) {
                    c.out.write(block);
                    c.out.flush();
                    handed.set(sent);
                  }
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      client.send("GET", "/", "");
      client.head();
      long[] last = {-1};
      Await.until(
          "the service stands still",
          Duration.ofSeconds(60),
          () -> {
            long now = handed.get();
            boolean still = now == last[0] && now > 0;
            last[0] = now;
            TimeUnit.MILLISECONDS.sleep(100);
            return still;
          });
      assertTrue(handed.get() < length - (1 << 20), "all was taken: " + handed.get());
      sum(client.in, length);
    }
  }

  @Test
  void webSocket_passesThrough() throws Exception {
    try (TestServer server = TestServer.script(BodiesIT::echo);
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        HttpClient client = HttpClient.newHttpClient()) {
      BlockingQueue<String> received = new LinkedBlockingQueue<>();
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create("ws://127.0.0.1:" + mesh.port() + "/ws"), new Texts(received))
              .get(10, TimeUnit.SECONDS);
      for (int i = 0; i < 100; i++) {
        socket.sendText("message " + i, true).get(10, TimeUnit.SECONDS);
        assertEquals("message " + i, received.poll(10, TimeUnit.SECONDS));
      }
      Await.until("record", Duration.ofSeconds(60), () -> mesh.seen.size() == 1);
      assertEquals(101, mesh.seen.getFirst().status());
      assertEquals(1, mesh.mesh.observe().services().getFirst().inFlight());
      socket.abort();
      Await.until("both ends are gone", Duration.ofSeconds(60), () -> server.connections() == 0);
      Await.until(
          "place given back",
          Duration.ofSeconds(60),
          () -> mesh.mesh.observe().services().getFirst().inFlight() == 0);
      assertEquals(1, mesh.seen.size());
    }
  }

  private record Texts(BlockingQueue<String> received) implements WebSocket.Listener {
    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      received.add(data.toString());
      socket.request(1);
      return null;
    }
  }

  /** A WebSocket server for short text frames. */
  private static void echo(TestServer.Connection c) throws java.io.IOException {
    TestServer.Request r = java.util.Objects.requireNonNull(c.next());
    c.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(java.util.Objects.requireNonNull(r.header("Sec-WebSocket-Key")))
            + "\r\n\r\n");
    for (int first = c.in.read(); first >= 0; first = c.in.read()) {
      int length = c.in.read() & 0x7f;
      byte[] mask = c.in.readNBytes(4);
      byte[] data = c.in.readNBytes(length);
      for (int i = 0; i < data.length; i++) {
        data[i] ^= mask[i % 4];
      }
      c.out.write(new byte[] {(byte) first, (byte) length});
      c.out.write(data);
      c.out.flush();
    }
  }

  private static String accept(String key) {
    try {
      byte[] text =
          (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void clientThatIsSlow_getsTheEndOfALastAnswer() throws Exception {
    int length = 32 << 20;
    try (TestServer server = TestServer.answering(r -> TestServer.ok("x".repeat(length)));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      client.send("GET", "/", "", "Connection: close");
      long read = 0;
      byte[] part = new byte[16 * 1024];
      while (mesh.seen.isEmpty()) {
        read += client.in.readNBytes(part, 0, part.length);
      }
      // All of it is on its way; longer than a connection lingers the client reads no more.
      long since = System.nanoTime();
      long pause = Duration.ofSeconds(3).toNanos();
      Await.until("a while", Duration.ofSeconds(60), () -> System.nanoTime() - since > pause);
      read += client.in.transferTo(java.io.OutputStream.nullOutputStream());
      assertTrue(read > length, read + " of " + length + " bytes");
    }
  }
}
