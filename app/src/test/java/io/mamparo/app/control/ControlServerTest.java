package io.mamparo.app.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Speaks HTTP by hand, for clients choose the Host header themselves. */
class ControlServerTest {
  private static final Pattern LENGTH = Pattern.compile("(?i)\\r\\nContent-Length: (\\d+)");
  private static final String TOKEN = "the-token-of-this-test";

  private final FakePlane plane = new FakePlane();
  private ControlServer server;

  @BeforeEach
  void start() {
    server = start(true);
  }

  private ControlServer start(boolean loopback) {
    return ControlServer.start(
        new ControlServer.Settings("127.0.0.1", 0, loopback, TOKEN),
        plane,
        List.of(routing -> routing.get("/", (q, s) -> s.send("console"))));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String ask(String head, String body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          (head + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
              .getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return answer(socket.getInputStream());
    }
  }

  /** One whole answer, by its length or its last chunk. */
  private static String answer(InputStream in) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (int b = in.read(); b >= 0; b = in.read()) {
      seen.append((char) b);
      int end = seen.indexOf("\r\n\r\n");
      if (end >= 0) {
        Matcher length = LENGTH.matcher(seen);
        if (length.find()
            ? seen.length() == end + 4 + Integer.parseInt(length.group(1))
            : seen.toString().endsWith("\r\n0\r\n\r\n")) {
          return seen.toString();
        }
      }
    }
    return seen.toString();
  }

  private static int code(String answer) {
    return Integer.parseInt(answer.substring(9, 12));
  }

  private int get(String path, String host) throws IOException {
    return code(ask("GET " + path + " HTTP/1.1\r\nHost: " + host, ""));
  }

  private String post(String path, String token, String body) throws IOException {
    return ask(
        "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token, body);
  }

  @Test
  void orders_forADatabaseNeedTheToken() throws IOException {
    assertEquals(401, code(post("/v1/databases/cars/pause", "wrong", "{}")));
    String answer = post("/v1/databases/cars/switchover?wait=5&to=db2%3A5432", TOKEN, "{}");
    assertTrue(answer.contains("switchover cars 5db2:5432"), answer);
    assertEquals(400, code(post("/v1/databases/cars/pause?wait=x", TOKEN, "{}")));
  }

  @Test
  void reading_isOpenOnLoopbackNames() throws IOException {
    assertEquals(200, get("/v1/status", "127.0.0.1:7070"));
    assertEquals(200, get("/v1/status", "LOCALHOST"));
    assertEquals(200, get("/", "[::1]:7070"));
    assertEquals(200, get("/metrics", "console.localhost:7070"));
    assertEquals(200, get("/healthz", "127.0.0.1"));
  }

  @Test
  void reading_isRefusedForOtherNames_whichEndsRebinding() throws IOException {
    for (String host :
        List.of(
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:7070",
            "::1",
            "127.0.0.1:7070:1",
            "[::1].evil.example",
            "0.0.0.0",
            "")) {
      assertRefused(get("/v1/status", host), host);
      assertRefused(get("/", host), host);
      assertRefused(get("/healthz", host), host);
    }
  }

  /** What is no host at all is refused by the HTTP server itself. */
  private static void assertRefused(int code, String host) {
    assertTrue(code == 403 || code == 400, host + ": " + code);
  }

  @Test
  void writing_needsTheToken() throws IOException {
    assertEquals(401, code(post("/v1/stop", "wrong", "{}")));
    assertEquals(401, code(post("/v1/stop", "", "{}")));
    assertEquals(401, code(post("/v1/stop", TOKEN + "x", "{}")));
    assertEquals(
        401, code(ask("POST /v1/stop?token=" + TOKEN + " HTTP/1.1\r\nHost: localhost", "{}")));
    assertEquals(401, code(ask("DELETE /v1/faults HTTP/1.1\r\nHost: localhost", "")));
    assertEquals(List.of(), plane.done);
    assertEquals(202, code(post("/v1/stop", TOKEN, "{}")));
    Await.until("stop", Duration.ofSeconds(60), () -> plane.done.equals(List.of("stop")));
  }

  @Test
  void writing_isRefusedForOtherNamesEvenWithTheToken() throws IOException {
    String answer =
        ask("POST /v1/stop HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer " + TOKEN, "{}");
    assertEquals(403, code(answer));
    assertEquals(List.of(), plane.done);
  }

  @Test
  void logsAndPasswords_needTheToken() throws IOException {
    assertEquals(401, get("/v1/env", "localhost"));
    assertEquals(401, get("/v1/env?database=cars", "localhost"));
    assertEquals(401, get("/v1/logs/cars", "localhost"));
    String answer =
        ask(
            "GET /v1/logs/cars?tail=7 HTTP/1.1\r\nHost: localhost\r\nAuthorization: bearer "
                + TOKEN,
            "");
    assertEquals(200, code(answer));
    assertTrue(answer.contains("line of cars 7"), answer);
  }

  @Test
  void elsewhere_onlyGetAndHead() throws IOException {
    assertEquals(405, code(post("/", TOKEN, "{}")));
    assertEquals(405, code(post("/metrics", TOKEN, "{}")));
  }

  @Test
  void offLoopback_readingNeedsTheTokenToo() throws IOException {
    server.close();
    server = start(false);
    assertEquals(401, get("/v1/status", "mamparo.internal:7070"));
    assertEquals(401, get("/", "mamparo.internal:7070"));
    assertEquals(200, get("/healthz", "mamparo.internal:7070"));
    String answer =
        ask(
            "GET /v1/status HTTP/1.1\r\nHost: mamparo.internal\r\nAuthorization: Bearer " + TOKEN,
            "");
    assertEquals(200, code(answer));
  }

  @Test
  void body_isBounded() throws IOException {
    String large = "{\"file\": \"" + "x".repeat(Replies.LARGEST_BODY) + "\"}";
    int code;
    try {
      code = code(post("/v1/stack", TOKEN, large));
    } catch (IOException e) {
      code = 413; // The server may hang up while the body is still being sent.
    }
    assertEquals(413, code);
    assertEquals(List.of(), plane.done);
  }

  @Test
  void body_mustBeAnObject() throws IOException {
    for (String body : List.of("", "no json hunter2", "[1]", "\"x\"", "{\"file\": 1}", "{}")) {
      String answer = post("/v1/stack", TOKEN, body);
      assertEquals(409, code(answer), body);
      assertFalse(answer.contains("hunter2"), "a body may hold secrets: " + answer);
    }
  }

  @Test
  void problem_isAnswerWithItsRemedy() throws IOException {
    String answer =
        post("/v1/stack", TOKEN, "{\"file\": \"a.yaml\", \"yaml\": \"\", \"baseDir\": \"/\"}");
    assertEquals(409, code(answer));
    assertTrue(answer.contains("\"error\":\"stack file a.yaml: it is empty\""), answer);
    assertTrue(answer.contains("\"remedy\":\"write something into it\""), answer);
  }

  @Test
  void unexpectedFailure_tellsNothingOfItsInside() throws IOException {
    String answer = ask("GET /v1/databases/cars HTTP/1.1\r\nHost: localhost", "");
    assertEquals(500, code(answer));
    assertFalse(answer.contains("hunter2"), answer);
    assertFalse(answer.contains("Exception"), answer);
  }

  @Test
  void window_isParsedAndBounded() throws IOException {
    assertTrue(ask("GET /v1/services/cars HTTP/1.1\r\nHost: localhost", "").contains("PT15M"));
    assertTrue(
        ask("GET /v1/services/cars?window=6h HTTP/1.1\r\nHost: localhost", "").contains("PT6H"));
    assertTrue(
        ask("GET /v1/services/cars?window=9999d HTTP/1.1\r\nHost: localhost", "")
            .contains("PT744H"));
    assertEquals(409, get("/v1/services/cars?window=yesterday", "localhost"));
    assertEquals(404, get("/v1/services/none", "localhost"));
  }

  @Test
  void live_sendsOverviewsUntilClosed() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "GET /v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      StringBuilder seen = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (seen.toString().split("event: overview", -1).length < 3) {
        int b = in.read();
        assertTrue(b >= 0, "ended early: " + seen);
        seen.append((char) b);
      }
      assertTrue(seen.toString().contains("text/event-stream"), seen.toString());
      assertTrue(seen.toString().contains("data: {\"stack\":\"cars\"}"), seen.toString());
    }
  }

  @Test
  void takenPort_isAProblemWithARemedy() {
    Problem problem =
        assertThrows(
            Problem.class,
            () ->
                ControlServer.start(
                    new ControlServer.Settings("127.0.0.1", server.port(), true, TOKEN),
                    plane,
                    List.of()));
    assertTrue(problem.forUser().contains("--port-offset"), problem.forUser());
  }
}
