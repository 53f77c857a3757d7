package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ForwardingIT {
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  private static final Duration SOON = Duration.ofSeconds(60);

  private static TestServer.Request only(TestServer server) {
    assertEquals(1, server.requests.size());
    return server.requests.getFirst();
  }

  @Test
  void request_reachesServiceWithWhatItIsToKnow() throws Exception {
    try (TestServer server = TestServer.saying("hello");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      TestClient.Answer answer =
          TestClient.get(
              mesh.port(),
              "/car/1?x=y",
              "X-Forwarded-For: 10.0.0.1",
              "X-Forwarded-Proto: gopher",
              "Connection: keep-alive, X-Secret",
              "X-Secret: 1",
              "Keep-Alive: timeout=5",
              "TE: trailers");
      assertEquals(200, answer.status());
      assertEquals("hello", answer.body());
      TestServer.Request r = only(server);
      assertEquals("GET /car/1?x=y HTTP/1.1", r.line());
      assertEquals("test", r.header("Host"));
      assertEquals("10.0.0.1, 127.0.0.1", r.header("X-Forwarded-For"));
      assertEquals("http", r.header("X-Forwarded-Proto"));
      assertEquals(1, r.count("X-Forwarded-Proto"));
      assertEquals("test", r.header("X-Forwarded-Host"));
      assertEquals("for=127.0.0.1;host=\"test\";proto=http", r.header("Forwarded"));
      assertNull(r.header("X-Secret"));
      assertNull(r.header("Keep-Alive"));
      assertNull(r.header("TE"));
      assertNull(r.header("Connection"));
      long left = Long.parseLong(Objects.requireNonNull(r.header("X-Request-Deadline")));
      assertTrue(left > 10_000 && left <= 15_000, "deadline " + left);
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      TestMesh.Seen seen = mesh.seen.getFirst();
      String trace = "%016x%016x".formatted(seen.traceHigh(), seen.traceLow());
      String span = "%016x".formatted(seen.span());
      assertEquals("00-" + trace + "-" + span + "-00", r.header("traceparent"));
      assertEquals(
          "Root=1-"
              + trace.substring(0, 8)
              + "-"
              + trace.substring(8)
              + ";Parent="
              + span
              + ";Sampled=0",
          r.header("X-Amzn-Trace-Id"));
      assertEquals(trace, r.header("X-Request-Id"));
      assertEquals("ingress", seen.caller());
      assertEquals("cars", seen.service());
      assertEquals("rest", seen.route());
      assertEquals("GET", seen.method());
      assertEquals("/car/1", seen.path());
      assertEquals(200, seen.status());
      assertEquals("e0", seen.endpoint());
      assertEquals(1, seen.tries());
      assertTrue(seen.firstByteNanos() > 0 && seen.durationNanos() >= seen.firstByteNanos());
      assertFalse(seen.traced());
    }
  }

  @Test
  void traceContext_isAdopted() throws Exception {
    try (TestServer server = TestServer.saying("");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
      TestClient.get(
          mesh.port(), "/", "traceparent: 00-" + trace + "-00f067aa0ba902b7-01", "tracestate: a=b");
      TestClient.get(
          mesh.port(),
          "/",
          "X-Amzn-Trace-Id:"
              + " Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
      TestClient.get(
          mesh.port(), "/", "traceparent: 00-" + trace + "-0000000000000000-01", "tracestate: a=b");
      Await.until("records", SOON, () -> mesh.seen.size() == 3);
      TestServer.Request first = server.requests.get(0);
      String sent = Objects.requireNonNull(first.header("traceparent"));
      assertTrue(sent.startsWith("00-" + trace + "-") && sent.endsWith("-01"), sent);
      assertFalse(sent.contains("00f067aa0ba902b7"));
      assertEquals("a=b", first.header("tracestate"));
      assertEquals(0x00f067aa0ba902b7L, mesh.seen.get(0).parent());
      assertTrue(mesh.seen.get(0).sampled() && mesh.seen.get(0).traced());
      String second = Objects.requireNonNull(server.requests.get(1).header("traceparent"));
      assertTrue(second.startsWith("00-5759e988bd862e3fe1be46a994272793-"), second);
      assertEquals(0x53995c3f42cd8ad8L, mesh.seen.get(1).parent());
      TestServer.Request third = server.requests.get(2);
      assertFalse(Objects.requireNonNull(third.header("traceparent")).contains(trace));
      assertNull(third.header("tracestate"));
    }
  }

  @Test
  void connections_areKeptAndUsedAgain() throws Exception {
    try (TestServer server = TestServer.answering(r -> TestServer.ok(r.line()));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)), 1);
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < 50; i++) {
        TestClient.Answer answer = client.send("GET", "/" + i, "").answer();
        assertEquals("GET /" + i + " HTTP/1.1", answer.body());
        assertNull(answer.header("Connection"));
      }
      assertEquals(1, server.accepted.get());
      assertEquals(
          1, mesh.mesh.observe().services().getFirst().endpoints().getFirst().connections());
    }
  }

  @Test
  void pipelinedRequests_areAnsweredInOrder() throws Exception {
    try (TestServer server = TestServer.answering(r -> TestServer.ok(r.line()));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        text.append("POST /")
            .append(i)
            .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
      }
      client.raw(text.toString());
      for (int i = 0; i < 500; i++) {
        assertEquals("POST /" + i + " HTTP/1.1", client.answer().body());
      }
    }
  }

  @Test
  void chunks_passInBothDirections() throws Exception {
    try (TestServer server =
            TestServer.answering(
                r ->
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                        + Integer.toHexString(r.body().length)
                        + "\r\n"
                        + new String(r.body(), java.nio.charset.StandardCharsets.ISO_8859_1)
                        + "\r\n0\r\nX-Sum: 1\r\n\r\n");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < 3; i++) {
        client.raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        client.raw("5\r\nhel").raw("lo\r\n").raw("6;x=y\r\n world\r\n0\r").raw("\n\r\n");
        assertEquals("abchello world", client.answer().body());
      }
      assertEquals(1, server.accepted.get());
    }
  }

  @Test
  void head_hasNoBodyAndKeepsTheConnection() throws Exception {
    try (TestServer server =
            TestServer.answering(r -> "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < 3; i++) {
        TestClient.Answer answer = client.send("HEAD", "/", "").answer(true);
        assertEquals("1000", answer.header("Content-Length"));
      }
      assertEquals(1, server.accepted.get());
    }
  }

  @Test
  void emptyAnswers_endWithTheirHead() throws Exception {
    try (TestServer server =
            TestServer.answering(
                r -> "HTTP/1.1 " + r.line().substring(5, 8) + " S\r\nContent-Length: 5\r\n\r\n");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      TestClient.Answer none = client.send("GET", "/204", "").answer();
      assertEquals(204, none.status());
      assertNull(none.header("Content-Length"));
      TestClient.Answer same = client.send("GET", "/304", "").answer();
      assertEquals(304, same.status());
      assertEquals("5", same.header("Content-Length"));
    }
  }

  @Test
  void http10Client_getsNoChunksAndNoKeepAliveUnlessAsked() throws Exception {
    try (TestServer server =
            TestServer.answering(
                r ->
                    r.line().contains("chunks")
                        ? CHUNKED + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                        : TestServer.ok("plain"));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      try (TestClient client = new TestClient(mesh.port())) {
        TestClient.Answer kept =
            client.raw("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer();
        assertEquals("keep-alive", kept.header("Connection"));
        TestClient.Answer answer = client.raw("GET /chunks HTTP/1.0\r\n\r\n").answer();
        assertNull(answer.header("Transfer-Encoding"));
        assertEquals("close", answer.header("Connection"));
        assertEquals("abcde", answer.body());
      }
      assertEquals("cars", server.requests.getFirst().header("Host"));
    }
  }

  @Test
  void answerWithoutLength_endsWithTheConnection() throws Exception {
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.next();
                  c.send("HTTP/1.1 200 OK\r\n\r\nfirst ");
                  c.send("second");
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      TestClient.Answer answer = TestClient.get(mesh.port(), "/");
      assertEquals("first second", answer.body());
      assertEquals("close", answer.header("Connection"));
    }
  }

  @Test
  void answerOfHttp10_isTranslated() throws Exception {
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.next();
                  c.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < 3; i++) {
        assertEquals("ok", client.send("GET", "/", "").answer().body());
      }
    }
  }

  @Test
  void expectContinue_isLeftToTheService() throws Exception {
    try (TestServer server =
            TestServer.script(
                c -> {
                  for (TestServer.Request r = c.head(); r != null; r = c.head()) {
                    if (r.line().contains("no")) {
                      c.send("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
                      return;
                    }
                    c.send("HTTP/1.1 100 Continue\r\n\r\n");
                    c.send(TestServer.ok(c.body(r).body().length + ""));
                  }
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      try (TestClient client = new TestClient(mesh.port())) {
        client.raw(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertEquals(100, client.head().status());
        client.raw("hello");
        assertEquals("5", client.answer().body());
      }
      try (TestClient client = new TestClient(mesh.port())) {
        client.raw(
            "POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        TestClient.Answer answer = client.answer();
        assertEquals(413, answer.status());
        assertEquals("close", answer.header("Connection"));
        assertTrue(client.closed());
      }
    }
  }

  @Test
  void earlyHints_arePassedOn() throws Exception {
    try (TestServer server =
            TestServer.answering(
                r -> "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + TestServer.ok("done"));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      TestClient.Answer hints = client.send("GET", "/", "").head();
      assertEquals(103, hints.status());
      assertEquals("</a>", hints.header("Link"));
      assertEquals("done", client.answer().body());
    }
  }

  @Test
  void absoluteTarget_becomesPathAndHost() throws Exception {
    try (TestServer server = TestServer.saying("");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      client.raw("GET http://real/p?q HTTP/1.1\r\nHost: lie\r\n\r\n");
      assertEquals(200, client.answer().status());
      assertEquals("GET /p?q HTTP/1.1", only(server).line());
      assertEquals("real", only(server).header("Host"));
      assertEquals(1, only(server).count("Host"));
    }
  }

  @Test
  void routes_chooseByHostPathAndHeader() throws Exception {
    try (TestServer a = TestServer.saying("a");
        TestServer b = TestServer.saying("b");
        TestMesh mesh =
            new TestMesh(
                new MeshConfig(
                    List.of(TestMesh.ingress()),
                    List.of(TestMesh.service("a", a), TestMesh.service("b", b)),
                    List.of(
                        new MeshConfig.Route(
                            "header",
                            null,
                            "/x*",
                            Map.of("x-canary", "yes"),
                            List.of(new MeshConfig.Target("b", 1))),
                        new MeshConfig.Route(
                            "host",
                            "*.example.org",
                            "/*",
                            Map.of(),
                            List.of(new MeshConfig.Target("b", 1))),
                        TestMesh.route("template", "/car/{id}/seat", "a"),
                        TestMesh.route("exact", "/x", "a")),
                    MeshConfig.Limits.DEFAULT))) {
      assertEquals("b", TestClient.get(mesh.port(), "/x", "X-Canary: yes").body());
      assertEquals("a", TestClient.get(mesh.port(), "/x", "X-Canary: no").body());
      assertEquals("a", TestClient.get(mesh.port(), "/x?q").body());
      assertEquals("a", TestClient.get(mesh.port(), "/car/7/seat").body());
      TestClient.Answer none = TestClient.get(mesh.port(), "/car//seat");
      assertEquals(404, none.status());
      assertEquals("no-route", none.reason());
      try (TestClient client = new TestClient(mesh.port())) {
        client.raw("GET /y HTTP/1.1\r\nHost: A.Example.ORG:80\r\n\r\n");
        assertEquals("b", client.answer().body());
        client.raw("GET /y HTTP/1.1\r\nHost: example.org\r\n\r\n");
        assertEquals(404, client.answer().status());
      }
      Await.until("records", SOON, () -> mesh.seen.size() == 7);
      assertEquals("/car/{id}/seat", mesh.seen.get(3).template());
      assertNull(mesh.seen.get(4).service());
    }
  }

  @Test
  void edges_andVisitorsAreToldApart() throws Exception {
    try (TestServer server = TestServer.saying("");
        TestMesh mesh =
            new TestMesh(
                new MeshConfig(
                    List.of(
                        TestMesh.ingress(),
                        new MeshConfig.Listener(
                            "bookings-cars",
                            TestMesh.anyPort(),
                            new MeshConfig.Kind.Edge("bookings", "cars"))),
                    List.of(TestMesh.service("cars", server)),
                    List.of(TestMesh.route("all", "/*", "cars")),
                    MeshConfig.Limits.DEFAULT))) {
      TestClient.get(mesh.port(), "/", "X-Mamparo-Visitor: 1");
      TestClient.get(
          mesh.mesh.port("bookings-cars"), "/", "X-Mamparo-Visitor: 1", "X-Request-Deadline: 500");
      Await.until("records", SOON, () -> mesh.seen.size() == 2);
      assertEquals("visitor", mesh.seen.get(0).caller());
      assertTrue(mesh.seen.get(0).visitor());
      assertEquals("bookings", mesh.seen.get(1).caller());
      assertFalse(mesh.seen.get(1).visitor());
      assertNull(server.requests.get(0).header("X-Mamparo-Visitor"));
      String left = Objects.requireNonNull(server.requests.get(1).header("X-Request-Deadline"));
      assertTrue(Long.parseLong(left) <= 500, left);
      assertNull(server.requests.get(1).header("X-Forwarded-For"));
      assertEquals(
          List.of("bookings", "visitor"),
          mesh.mesh.observe().edges().stream().map(MeshSnapshot.Edge::caller).sorted().toList());
    }
  }

  @Test
  void slowlySentHead_andSlowlySentAnswer_arrive() throws Exception {
    String text = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.next();
                  for (char b : TestServer.ok("slow body").toCharArray()) {
                    c.send(String.valueOf(b));
                  }
                  c.next();
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < text.length(); i++) {
        client.raw(text.substring(i, i + 1));
      }
      assertEquals("slow body", client.answer().body());
    }
  }

  @Test
  void headThatDoesNotCome_isTimedOut() throws IOException {
    MeshConfig.Limits d = MeshConfig.Limits.DEFAULT;
    MeshConfig.Limits limits =
        new MeshConfig.Limits(
            2,
            d.headBytes(),
            d.headers(),
            Duration.ofMillis(200),
            d.idle(),
            d.bodyIdle(),
            d.upstreamIdle(),
            d.upstreamConnections(),
            d.connectTimeout());
    try (TestServer server = TestServer.saying("");
        TestMesh mesh = new TestMesh(TestMesh.config(limits, TestMesh.service("cars", server)))) {
      try (TestClient client = new TestClient(mesh.port())) {
        TestClient.Answer answer = client.raw("GET / HTTP/1.1\r\nHo").answer();
        assertEquals(408, answer.status());
        assertTrue(client.closed());
      }
      Await.until(
          "the connection is not counted any more",
          SOON,
          () -> mesh.mesh.observe().listeners().stream().allMatch(l -> l.connections() == 0));
      try (TestClient a = new TestClient(mesh.port());
          TestClient b = new TestClient(mesh.port())) {
        assertEquals(200, a.send("GET", "/", "").answer().status());
        assertEquals(200, b.send("GET", "/", "").answer().status());
        try (TestClient c = new TestClient(mesh.port())) {
          TestClient.Answer answer = c.answer();
          assertEquals(503, answer.status());
          assertEquals("too-many-connections", answer.reason());
        }
      }
      assertEquals(1, mesh.mesh.observe().listeners().getFirst().turnedAway());
    }
  }

  @Test
  void ownAnswers_sayWhatAndWhere() throws Exception {
    try (TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars")))) {
      TestClient.Answer answer = TestClient.get(mesh.port(), "/");
      assertEquals(503, answer.status());
      assertEquals("no-healthy-endpoint", answer.reason());
      assertEquals("1", answer.header("Retry-After"));
      assertTrue(answer.body().contains("\"where\":\"ingress -> cars\""), answer.body());
      assertNotNull(answer.header("Content-Length"));
      assertNotEquals("", answer.body());
    }
  }
}
