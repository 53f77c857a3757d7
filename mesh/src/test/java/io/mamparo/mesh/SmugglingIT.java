package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Published ways to hide a request in another one: none gets a byte to the service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SmugglingIT {
  private final AtomicLong bytes = new AtomicLong();
  private TestServer server;
  private TestMesh mesh;

  @BeforeAll
  void start() throws IOException {
    server =
        TestServer.script(
            c -> {
              for (int b = c.in.read(); b >= 0; b = c.in.read()) {
                bytes.incrementAndGet();
              }
            });
    mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
  }

  @AfterAll
  void stop() throws IOException {
    mesh.close();
    server.close();
  }

  static Stream<Arguments> attacks() {
    String hidden = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
    String post = "POST / HTTP/1.1\r\nHost: a\r\n";
    return Stream.of(
        Arguments.of(
            "CL.TE",
            post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE.CL",
            post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of("CL.CL", post + "Content-Length: 0\r\nContent-Length: 33\r\n\r\n" + hidden),
        Arguments.of("CL list", post + "Content-Length: 0, 33\r\n\r\n" + hidden),
        Arguments.of("CL sign", post + "Content-Length: +33\r\n\r\n" + hidden),
        Arguments.of("CL hex", post + "Content-Length: 0x21\r\n\r\n" + hidden),
        Arguments.of("CL blank", post + "Content-Length : 33\r\n\r\n" + hidden),
        Arguments.of("CL folded", post + "Content-Length:\r\n 33\r\n\r\n" + hidden),
        Arguments.of(
            "TE.TE",
            post
                + "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n"
                + hidden),
        Arguments.of("TE xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE vertical tab", post + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of("TE blank", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE folded", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE first line blank",
            "POST / HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: a\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE identity",
            post + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n" + hidden),
        Arguments.of(
            "TE list", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of("TE null", post + "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE in 1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden),
        Arguments.of(
            "TE by bare LF",
            post + "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden),
        Arguments.of(
            "TE by bare CR",
            post + "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + hidden),
        Arguments.of(
            "nominated CL",
            post + "Connection: content-length\r\nContent-Length: 33\r\n\r\n" + hidden),
        Arguments.of(
            "nominated TE",
            post
                + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + hidden),
        Arguments.of("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Arguments.of("host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Arguments.of("no host", "GET / HTTP/1.1\r\n\r\n"),
        Arguments.of("version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        Arguments.of("0.9", "GET /\r\n\r\n"),
        Arguments.of("bare LF", "GET / HTTP/1.1\nHost: a\n\n"),
        Arguments.of("tab in line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Arguments.of("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"),
        Arguments.of("HTTP/2 in a line", "GET * HTTP/2.0\r\nHost: a\r\n\r\n"),
        Arguments.of("almost a preface", "PRI /a HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Arguments.of(
            "huge head", "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(40_000) + "\r\n\r\n"),
        Arguments.of(
            "many fields", "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(101) + "\r\n"),
        Arguments.of("huge target", "GET /" + "y".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void attack_isRefusedBeforeTheService(String name, String text) throws IOException {
    long before = bytes.get();
    try (TestClient client = new TestClient(mesh.port())) {
      TestClient.Answer answer = client.raw(text).answer();
      assertTrue(answer.status() >= 400 && answer.status() <= 505, name + " " + answer.status());
      assertEquals("bad-request", answer.reason());
      assertTrue(client.closed(), "a second answer was sent");
    }
    assertEquals(before, bytes.get(), "bytes reached the service");
  }

  static Stream<String> badChunks() {
    return Stream.of(
        "1 \r\na\r\n0\r\n\r\n",
        "0x1\r\na\r\n0\r\n\r\n",
        "1\na\r\n0\r\n\r\n",
        "1;a\nb\r\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "10000000000000001\r\na",
        "1;" + "e".repeat(5_000) + "\r\na\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\nX : y\r\n\r\n");
  }

  /**
   * The head has gone to the service by then, so the connection to it must die with the request.
   */
  @ParameterizedTest
  @MethodSource("badChunks")
  void badChunks_endBothConnections(String chunks) throws Exception {
    try (TestServer watched =
            TestServer.script(
                c -> {
                  while (c.in.read() >= 0) {
                    bytes.incrementAndGet();
                  }
                });
        TestMesh other = new TestMesh(TestMesh.config(TestMesh.service("cars", watched)));
        TestClient client = new TestClient(other.port())) {
      client.raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
      TestClient.Answer answer = client.answer();
      assertEquals(400, answer.status());
      assertTrue(client.closed());
      io.mamparo.testkit.Await.until(
          "the service's connection ends",
          java.time.Duration.ofSeconds(60),
          () -> watched.connections() == 0);
    }
  }

  @Test
  void cleartextHttp2Upgrade_isNotForwarded() throws Exception {
    try (TestServer plain = TestServer.saying("http/1.1");
        TestMesh other = new TestMesh(TestMesh.config(TestMesh.service("cars", plain)));
        TestClient client = new TestClient(other.port())) {
      client.send(
          "GET",
          "/",
          "",
          "Connection: Upgrade, HTTP2-Settings",
          "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA");
      assertEquals("http/1.1", client.answer().body());
      assertEquals(0, plain.requests.getFirst().count("Upgrade"));
      assertEquals(0, plain.requests.getFirst().count("HTTP2-Settings"));
    }
  }

  /** What a service answers is trusted no more than what clients ask. */
  @ParameterizedTest
  @MethodSource("badAnswers")
  void badAnswer_isReplacedBy502(String text) throws IOException {
    try (TestServer bad = TestServer.answering(r -> text);
        TestMesh other = new TestMesh(TestMesh.config(TestMesh.service("cars", bad)))) {
      TestClient.Answer answer = TestClient.get(other.port(), "/");
      assertEquals(502, answer.status());
      assertEquals("bad-response", answer.reason());
    }
  }

  static Stream<String> badAnswers() {
    return Stream.of(
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : y\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "nonsense\r\n\r\n");
  }
}
