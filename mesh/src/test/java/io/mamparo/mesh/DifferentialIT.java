package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random requests, to a service directly and through the mesh: both must be answered alike, however
 * messages are framed and split. Another seed: {@code -Dmamparo.seed=N}.
 */
class DifferentialIT {
  private static final int REQUESTS = 3_000;
  private static final String[] METHODS = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"
  };
  private static final int[] STATUSES = {200, 200, 200, 201, 204, 304, 301, 404, 418, 500};
  private static final List<String> HOPS =
      List.of("connection", "keep-alive", "transfer-encoding", "content-length");

  /** Says what it was asked, framed in a way that follows from the request alone. */
  private static void serve(TestServer.Connection c) throws IOException {
    for (TestServer.Request r = c.next(); r != null; r = c.next()) {
      String target = r.line().split(" ")[1];
      Random random = new Random(target.hashCode());
      int status = STATUSES[random.nextInt(STATUSES.length)];
      String echo = r.line() + " " + r.header("X-Echo") + " " + r.body().length + " ";
      String body = echo + new String(r.body(), ISO_8859_1) + "z".repeat(random.nextInt(9000));
      StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " Some Reason\r\n");
      text.append("X-Status: ").append(status).append("\r\n");
      text.append(random.nextInt(3) == 0 ? "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\n" : "");
      boolean empty = status == 204 || status == 304 || r.line().startsWith("HEAD");
      if (random.nextBoolean()) {
        text.append("Transfer-Encoding: chunked\r\n\r\n").append(empty ? "" : chunks(body, random));
      } else {
        text.append("Content-Length: ").append(body.length()).append("\r\n\r\n");
        text.append(empty ? "" : body);
      }
      split(text.toString(), random, c::send);
    }
  }

  private static String chunks(String body, Random random) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < body.length()) {
      int n = Math.min(body.length() - at, 1 + random.nextInt(3000));
      String extension = random.nextInt(4) == 0 ? ";a=\"b\"" : "";
      out.append(Integer.toHexString(n)).append(extension).append("\r\n");
      out.append(body, at, at + n).append("\r\n");
      at += n;
    }
    return out.append("0\r\n")
        .append(random.nextBoolean() ? "X-T: 1\r\n" : "")
        .append("\r\n")
        .toString();
  }

  private interface Sink {
    void send(String part) throws IOException;
  }

  private static void split(String text, Random random, Sink sink) throws IOException {
    int at = 0;
    while (at < text.length()) {
      int n = random.nextInt(4) > 0 ? text.length() : 1 + random.nextInt(200);
      int to = Math.min(text.length(), at + n);
      sink.send(text.substring(at, to));
      at = to;
    }
  }

  private static String request(Random random, int i) {
    String method = METHODS[random.nextInt(METHODS.length)];
    StringBuilder text = new StringBuilder(method + " /p" + i + "?q=" + random.nextInt(100));
    text.append(" HTTP/1.1\r\nHost: h\r\nX-Echo: ").append(random.nextInt(1000)).append("\r\n");
    for (int h = random.nextInt(20); h > 0; h--) {
      text.append("X-")
          .append(h)
          .append(":  ")
          .append("v".repeat(random.nextInt(60)))
          .append("\r\n");
    }
    String body =
        "b".repeat(random.nextInt(4) == 0 ? random.nextInt(100_000) : random.nextInt(300));
    return switch (random.nextInt(3)) {
      case 0 -> text.append("\r\n").toString();
      case 1 -> text.append("Content-Length: " + body.length() + "\r\n\r\n" + body).toString();
      default ->
          text.append("Transfer-Encoding: chunked\r\n\r\n" + chunks(body, random)).toString();
    };
  }

  private static List<String> exchange(int port, long seed) throws IOException {
    Random random = new Random(seed);
    List<String> all = new ArrayList<>();
    TestClient client = new TestClient(port);
    try {
      for (int i = 0; i < REQUESTS; i++) {
        String request = request(random, i);
        Random cuts = new Random(seed + i);
        if (cuts.nextInt(100) == 0) {
          client.close();
          client = new TestClient(port);
        }
        split(request, cuts, client::raw);
        TestClient.Answer answer = client.answer(request.startsWith("HEAD"));
        List<String> kept = new ArrayList<>();
        for (String h : answer.headers()) {
          String name = h.substring(0, h.indexOf(':')).toLowerCase(Locale.ROOT);
          if (!HOPS.contains(name) && !name.equals("x-hop")) {
            kept.add(h);
          }
        }
        all.add(answer.status() + " " + kept + " " + answer.body());
      }
    } finally {
      client.close();
    }
    return all;
  }

  @Test
  void answersThroughTheMesh_areTheService() throws Exception {
    long seed = Long.getLong("mamparo.seed", 20260101);
    try (TestServer server = TestServer.script(DifferentialIT::serve)) {
      MeshConfig.Service s = TestMesh.service("s", server);
      MeshConfig.Service plain =
          new MeshConfig.Service(
              "s", s.endpoints(), s.timeout(), null, 10, TestMesh.retries(1), null, null);
      try (TestMesh mesh = new TestMesh(TestMesh.config(plain))) {
        List<String> direct = exchange(server.port(), seed);
        List<String> through = exchange(mesh.port(), seed);
        for (int i = 0; i < REQUESTS; i++) {
          assertEquals(direct.get(i), through.get(i), "request " + i + " of seed " + seed);
        }
      }
    }
  }
}
