package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Clients of HTTP/2, services of HTTP/1.1. */
class Http2IT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
  private static final int CALM = 11;
  private static final int REFUSED = 7;
  private static final int PROTOCOL = 1;

  @Test
  void request_arrivesAsHttp1() throws IOException {
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      TestStreams.Answer answer =
          client.get("/a?b=c", "x-kind", "car", "cookie", "a=1", "cookie", "b=2", "te", "trailers");
      assertEquals(200, answer.status());
      assertEquals("hello", answer.text());
      assertEquals("5", answer.heads.getFirst().get("content-length"));
      TestServer.Request got = server.requests.getFirst();
      assertEquals("GET /a?b=c HTTP/1.1", got.line());
      assertEquals("test", got.header("host"));
      assertEquals("car", got.header("x-kind"));
      assertEquals("a=1; b=2", got.header("cookie"));
      assertEquals(1, got.count("cookie"));
      assertNull(got.header("te"));
      assertNull(got.header("transfer-encoding"));
      assertNotNull(got.header("traceparent"));
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      assertEquals(200, mesh.seen.getFirst().status());
      assertEquals("/a", mesh.seen.getFirst().path());
    }
  }

  @Test
  void streams_areAnsweredAsTheirServicesAre() throws Exception {
    CompletableFuture<Boolean> go = new CompletableFuture<>();
    try (TestServer server =
            TestServer.answering(
                r -> {
                  if (r.line().contains("slow")) {
                    go.join();
                  }
                  return TestServer.ok(r.line());
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      int slow = client.begin("GET", "/slow", true);
      for (int i = 0; i < 100; i++) {
        assertEquals("GET /" + i + " HTTP/1.1", client.get("/" + i).text());
      }
      go.complete(true);
      assertEquals("GET /slow HTTP/1.1", client.answer(slow).text());
    }
  }

  @Test
  void bodyOfUnknownLength_isChunkedForTheService() throws IOException {
    try (TestServer server = TestServer.answering(r -> TestServer.ok(r.body().length + ""));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      int stream = client.begin("POST", "/", false);
      client.data(stream, "hello", false).data(stream, "x".repeat(9_000), false);
      client.data(stream, "", true);
      assertEquals("9005", client.answer(stream).text());
      assertEquals("chunked", server.requests.getFirst().header("transfer-encoding"));
      int sized = client.begin("POST", "/", false, "content-length", "5");
      client.data(sized, "hello", true);
      assertEquals("5", client.answer(sized).text());
      assertNull(server.requests.getLast().header("transfer-encoding"));
    }
  }

  @Test
  void trailers_goBothWays() throws IOException {
    List<String> raw = new ArrayList<>();
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.head();
                  for (String line = TestServer.HttpText.line(c.in);
                      line != null && !line.isEmpty();
                      line = TestServer.HttpText.line(c.in)) {
                    raw.add(line);
                  }
                  String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                  c.send(head + "5\r\nhello\r\n0\r\nX-Sum: abc\r\ngrpc-status: 0\r\n\r\n");
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      int stream = client.begin("POST", "/", false);
      client.data(stream, "hi", false);
      client.frame(
          TestStreams.HEADERS,
          TestStreams.END_HEADERS | TestStreams.END_STREAM,
          stream,
          TestStreams.block("x-mine", "1"));
      TestStreams.Answer answer = client.answer(stream);
      assertEquals("hello", answer.text());
      assertEquals(2, answer.heads.size());
      assertEquals("abc", answer.heads.get(1).get("x-sum"));
      assertEquals("0", answer.heads.get(1).get("grpc-status"));
      assertEquals(List.of("2", "hi", "0", "x-mine: 1"), raw);
    }
  }

  @Test
  void interimAnswers_arePassedOn() throws IOException {
    try (TestServer server =
            TestServer.answering(
                r -> "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + TestServer.ok("done"));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      TestStreams.Answer answer = client.get("/");
      assertEquals(103, answer.status());
      assertEquals("</a>", answer.heads.getFirst().get("link"));
      assertEquals("200", answer.heads.get(1).get(":status"));
      assertEquals("done", answer.text());
    }
  }

  @Test
  void failures_areTriedAgainAndAnsweredInOwnWords() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    try (TestServer server =
            TestServer.answering(
                r ->
                    calls.incrementAndGet() == 1
                        ? TestServer.status(503, "later")
                        : TestServer.ok("now"));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      assertEquals("now", client.get("/").text());
      assertEquals(2, calls.get());
    }
    MeshConfig.Endpoint nobody =
        new MeshConfig.Endpoint("nobody", "127.0.0.1", Ports.free(), true, 1, null);
    MeshConfig.Service lost = MeshConfig.Service.of("cars", List.of(nobody));
    try (TestMesh mesh = new TestMesh(TestMesh.config(lost));
        TestStreams client = new TestStreams(mesh.port())) {
      TestStreams.Answer answer = client.get("/");
      assertEquals(502, answer.status());
      assertEquals("no-connection", answer.heads.getFirst().get("x-mamparo-reason"));
      assertNull(answer.heads.getFirst().get("connection"));
      assertTrue(answer.text().contains("no connection"), answer.text());
    }
  }

  @Test
  void resetStream_callsTheRequestOff() throws IOException {
    try (TestServer server =
            TestServer.script(
                c -> {
                  while (c.next() != null) {
                    // Listens, and never answers.
                  }
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      int stream = client.begin("GET", "/", true);
      Await.until("there", SOON, () -> server.requests.size() == 1);
      client.frame(TestStreams.RST_STREAM, 0, stream, TestStreams.word(8));
      Await.until("called off", SOON, () -> server.connections() == 0);
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      assertEquals(Reason.CLIENT_GONE, mesh.seen.getFirst().reason());
      assertEquals(0, mesh.mesh.observe().services().getFirst().inFlight());
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
        TestStreams client = new TestStreams(mesh.port())) {
      int stream = client.begin("GET", "/", true);
      TestStreams.Answer answer = client.peek(stream);
      while (answer.body.size() < 65_535) {
        assertNotNull(client.read());
      }
      long[] last = {-1};
      Await.until(
          "the service stands still",
          SOON,
          () -> {
            long now = handed.get();
            boolean still = now == last[0] && now > 0;
            last[0] = now;
            TimeUnit.MILLISECONDS.sleep(100);
            return still;
          });
      assertTrue(handed.get() < length - (1 << 20), "all was taken: " + handed.get());
      assertEquals(65_535, answer.body.size());
      byte[] more = TestStreams.word(Integer.MAX_VALUE - 65_535);
      client.frame(TestStreams.WINDOW_UPDATE, 0, 0, more);
      client.frame(TestStreams.WINDOW_UPDATE, 0, stream, more);
      assertEquals(length, client.answer(stream).body.size());
    }
  }

  @Test
  void rapidResets_endTheConnection() throws IOException {
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      try {
        for (int i = 0; i < 300; i++) {
          int stream = client.begin("GET", "/", true);
          client.frame(TestStreams.RST_STREAM, 0, stream, TestStreams.word(8));
        }
      } catch (IOException e) {
        // It hangs up before all are sent, which is the point.
      }
      assertEquals(CALM, client.farewell());
      assertEquals(Map.of(ListenerLimit.RESETS, 1L), limited(mesh));
    }
  }

  /** The limits that were run into, with the times. */
  private static Map<ListenerLimit, Long> limited(TestMesh mesh) {
    return mesh.mesh.observe().listeners().getFirst().limited().entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void streamsBeyondTheLimit_areRefused_andCounted() throws IOException {
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      List<Integer> open = new ArrayList<>();
      for (int i = 0; i < 128; i++) {
        open.add(client.begin("POST", "/", false));
      }
      int more = client.begin("POST", "/", false);
      assertEquals(REFUSED, client.answer(more).reset);
      assertEquals(Map.of(ListenerLimit.STREAMS, 1L), limited(mesh));
      for (int stream : open) {
        client.data(stream, "", true);
        assertEquals("hello", client.answer(stream).text());
      }
      assertEquals("hello", client.get("/").text());
      assertEquals(Map.of(ListenerLimit.STREAMS, 1L), limited(mesh));
    }
  }

  @Test
  void headThatIsTooLarge_isAnswered_andAHugeOneEndsTheConnection_bothCounted() throws IOException {
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      try (TestStreams client = new TestStreams(mesh.port())) {
        assertEquals("hello", client.get("/").text());
        // 30 KiB pass, 40 KiB do not.
        assertEquals(200, large(client, 3, 30_000).status());
        assertEquals(Map.of(), limited(mesh));
        assertEquals(431, large(client, 5, 40_000).status());
        assertEquals(Map.of(ListenerLimit.HEAD, 1L), limited(mesh));
        assertEquals(200, large(client, 7, 100).status(), "the connection goes on");
      }
      try (TestStreams client = new TestStreams(mesh.port())) {
        assertThrows(IOException.class, () -> large(client, 1, 100_000));
        assertEquals(CALM, client.farewell());
        assertEquals(Map.of(ListenerLimit.HEAD, 2L), limited(mesh));
      }
    }
  }

  /** A request with so many bytes in a field, in as many frames as it takes. */
  private static TestStreams.Answer large(TestStreams client, int stream, int bytes)
      throws IOException {
    byte[] block =
        TestStreams.block(
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "test",
            "x-large",
            "y".repeat(bytes));
    int frame = 16_000;
    for (int at = 0; at < block.length; at += frame) {
      byte[] part = java.util.Arrays.copyOfRange(block, at, Math.min(at + frame, block.length));
      int flags = at + frame >= block.length ? TestStreams.END_HEADERS : 0;
      client.frame(
          at == 0 ? TestStreams.HEADERS : TestStreams.CONTINUATION,
          flags | (at == 0 ? TestStreams.END_STREAM : 0),
          stream,
          part);
    }
    return client.answer(stream);
  }

  @Test
  void clientThatAsksForNothing_isSentAway_andCounted() throws IOException {
    Duration brief = Duration.ofMillis(200);
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(
                    limits(Duration.ofSeconds(30), brief), TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      assertEquals("hello", client.get("/").text());
      assertEquals(0, client.farewell(), "a farewell without an error");
      assertEquals(Map.of(ListenerLimit.IDLE, 1L), limited(mesh));
    }
  }

  @Test
  void clientThatStopsWithinAHead_isSentAway_andCounted() throws IOException {
    Duration brief = Duration.ofMillis(200);
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(
                    limits(brief, Duration.ofMinutes(10)), TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      assertEquals("hello", client.get("/").text());
      client.frame(TestStreams.HEADERS, 0, 3, TestStreams.block("a", "b"));
      assertEquals(-1, client.farewell(), "closed without a word");
      assertEquals(Map.of(ListenerLimit.STALLED, 1L), limited(mesh));
    }
  }

  private static MeshConfig.Limits limits(Duration head, Duration idle) {
    MeshConfig.Limits d = MeshConfig.Limits.DEFAULT;
    return new MeshConfig.Limits(
        d.connections(),
        d.headBytes(),
        d.headers(),
        head,
        idle,
        d.bodyIdle(),
        d.upstreamIdle(),
        d.upstreamConnections(),
        d.connectTimeout());
  }

  @Test
  void floods_endTheConnection() throws IOException {
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      assertEquals(CALM, flood(mesh, c -> c.frame(TestStreams.PING, 0, 0, new byte[8])));
      assertEquals(CALM, flood(mesh, c -> c.frame(TestStreams.SETTINGS, 0, 0)));
      try (TestStreams client = new TestStreams(mesh.port())) {
        client.frame(TestStreams.HEADERS, 0, 1, TestStreams.block("a", "b"));
        assertEquals(
            CALM, flood(client, c -> c.frame(TestStreams.CONTINUATION, 0, 1, new byte[4096])));
      }
      try (TestStreams client = new TestStreams(mesh.port())) {
        int stream = client.begin("POST", "/", false);
        assertEquals(CALM, flood(client, c -> c.data(stream, "", false)));
      }
      assertEquals(Map.of(ListenerLimit.CONTROLS, 3L, ListenerLimit.HEAD, 1L), limited(mesh));
    }
  }

  private interface Step {
    void with(TestStreams client) throws IOException;
  }

  private static int flood(TestMesh mesh, Step step) throws IOException {
    try (TestStreams client = new TestStreams(mesh.port())) {
      return flood(client, step);
    }
  }

  private static int flood(TestStreams client, Step step) throws IOException {
    try {
      for (int i = 0; i < 3_000; i++) {
        step.with(client);
      }
    } catch (IOException e) {
      // It hangs up before all are sent, which is the point.
    }
    return client.farewell();
  }

  @Test
  void malformedRequests_reachNoService() throws IOException {
    AtomicInteger bytes = new AtomicInteger();
    try (TestServer server =
            TestServer.script(
                c -> {
                  while (c.in.read() >= 0) {
                    bytes.incrementAndGet();
                  }
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      List<List<String>> attacks =
          List.of(
              List.of("transfer-encoding", "chunked"),
              List.of("connection", "x"),
              List.of("x", "a\r\nhost: b"),
              List.of("x\r\ny", "a"),
              List.of("x: y", "a"),
              List.of("X", "a"),
              List.of("", "a"),
              List.of("x", "a\0b"),
              List.of("x", " a"),
              List.of("host", "other"),
              List.of("content-length", "5"),
              List.of("content-length", "0", "content-length", "0"),
              List.of(":path", "/two"),
              List.of("te", "gzip"));
      for (List<String> attack : attacks) {
        TestStreams.Answer answer = client.get("/", attack.toArray(String[]::new));
        assertEquals(PROTOCOL, answer.reset, attack.toString());
      }
      int stream = client.begin("GET", "/a b", true);
      assertEquals(PROTOCOL, client.answer(stream).reset);
      List<String> many = new ArrayList<>();
      for (int i = 0; i < 101; i++) {
        many.addAll(List.of("x-" + i, "y"));
      }
      assertEquals(431, client.get("/", many.toArray(String[]::new)).status());
      assertEquals(0, bytes.get());
    }
  }

  @Test
  void closing_letsRequestsEndAndTakesNoMore() throws Exception {
    CompletableFuture<Boolean> go = new CompletableFuture<>();
    try (TestServer server =
            TestServer.answering(
                r -> {
                  go.join();
                  return TestServer.ok("last");
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestStreams client = new TestStreams(mesh.port())) {
      int stream = client.begin("GET", "/", true);
      Await.until("there", SOON, () -> server.requests.size() == 1);
      CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> mesh.mesh.close(SOON));
      while (client.goAway == null) {
        assertNotNull(client.read());
      }
      assertEquals(0, client.goAway.word(4));
      go.complete(true);
      assertEquals("last", client.answer(stream).text());
      closed.get(10, TimeUnit.SECONDS);
    }
  }

  /** A mesh whose only service speaks HTTP/2: it is the ingress of another mesh. */
  private static TestMesh before(TestMesh other) {
    MeshConfig.Endpoint endpoint =
        new MeshConfig.Endpoint("e0", "127.0.0.1", other.port(), true, 1, null);
    MeshConfig.Service service = MeshConfig.Service.of("front", List.of(endpoint));
    return new TestMesh(TestMesh.config(service.withHttp2(true)), 1);
  }

  @Test
  void http1_isTranslatedForServicesOfHttp2AndBack() throws IOException {
    try (TestServer server =
            TestServer.answering(
                r ->
                    r.line().startsWith("POST")
                        ? "HTTP/1.1 200 OK\r\n" + CHUNKED + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
                        : TestServer.ok(r.header("x-kind") + ""));
        TestMesh back = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestMesh front = before(back);
        TestClient client = new TestClient(front.port())) {
      for (int i = 0; i < 20; i++) {
        assertEquals("car", client.send("GET", "/a", "", "X-Kind: car").answer().body());
      }
      client.raw(
          "POST /b HTTP/1.1\r\nHost: test\r\n" + CHUNKED + "3\r\nabc\r\n0\r\nX-Mine: 2\r\n\r\n");
      TestClient.Answer answer = client.answer();
      assertEquals("chunked", answer.header("transfer-encoding"));
      assertEquals("hello", answer.body());
      assertEquals("abc", new String(server.requests.getLast().body(), ISO_8859_1));
      assertEquals("", client.send("HEAD", "/a", "").answer(true).body());
      assertEquals("null", client.send("GET", "/a", "").answer().body());
      assertEquals(
          1, front.mesh.observe().services().getFirst().endpoints().getFirst().connections());
    }
  }

  @Test
  void manyRequests_shareAConnectionToTheService() throws Exception {
    try (TestServer server = TestServer.saying("hello");
        TestMesh back = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestMesh front = before(back);
        TestStreams client = new TestStreams(front.port())) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        streams.add(client.begin("GET", "/" + i, true));
      }
      for (int stream : streams) {
        assertEquals("hello", client.answer(stream).text());
      }
      assertEquals(1, back.mesh.observe().listeners().getFirst().connections());
      assertEquals(50, server.requests.size());
    }
  }

  @Test
  @NeedsProgram({"curl", "nghttp"})
  void otherClients_areServed() throws Exception {
    try (TestServer server = TestServer.answering(r -> TestServer.ok(r.body().length + ""));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      String url = "http://127.0.0.1:" + mesh.port() + "/";
      assertEquals(
          "4 2",
          run(
              "curl",
              "-s",
              "--http2-prior-knowledge",
              "-d",
              "body",
              "-w",
              " %{http_version}",
              url));
      assertEquals("0", run("nghttp", url));
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String out =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      return out;
    } finally {
      process.destroyForcibly();
    }
  }
}
