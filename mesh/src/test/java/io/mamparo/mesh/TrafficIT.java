package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.mesh.RouteRules.HashKey;
import io.mamparo.mesh.RouteRules.Limit;
import io.mamparo.mesh.RouteRules.Priority;
import io.mamparo.mesh.ServicePolicy.Access;
import io.mamparo.mesh.ServicePolicy.Algorithm;
import io.mamparo.mesh.ServicePolicy.Allow;
import io.mamparo.mesh.ServicePolicy.Balance;
import io.mamparo.mesh.ServicePolicy.FaultRule;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Limits, access, faults, priorities and users, over real connections. */
class TrafficIT {
  private static MeshConfig config(
      List<MeshConfig.Service> services, RouteRules rules, String... paths) {
    List<MeshConfig.Route> routes = new ArrayList<>();
    for (String path : paths) {
      routes.add(
          new MeshConfig.Route(
              path,
              RouteMatch.of(null, path, Map.of()),
              List.of(new MeshConfig.Target(services.getFirst().name(), 1)),
              rules));
    }
    return new MeshConfig(List.of(TestMesh.ingress()), services, routes, MeshConfig.Limits.DEFAULT);
  }

  private static MeshConfig.Service with(MeshConfig.Service service, FaultRule... faults) {
    return service.with(new ServicePolicy(Balance.DEFAULT, false, Access.ANY, List.of(faults)));
  }

  private static MeshConfig.Service with(
      MeshConfig.Service service, Access.Mode mode, Allow... rules) {
    return service.with(
        new ServicePolicy(Balance.DEFAULT, false, new Access(mode, List.of(rules)), List.of()));
  }

  @Test
  void limit_answers429WithWhenToComeBack_andCountsEachKeyAlone() throws IOException {
    RouteRules rules =
        RouteRules.of(
            new Limit(0.01, 2, new HashKey(HashKey.Kind.HEADER, "x-key", null)), Priority.NORMAL);
    try (TestServer server = TestServer.saying("hi");
        TestMesh mesh =
            new TestMesh(config(List.of(TestMesh.service("cars", server)), rules, "/*"))) {
      assertEquals(200, TestClient.get(mesh.port(), "/", "X-Key: a").status());
      assertEquals(200, TestClient.get(mesh.port(), "/", "X-Key: a").status());
      TestClient.Answer refused = TestClient.get(mesh.port(), "/", "X-Key: a");
      assertEquals(429, refused.status());
      assertEquals("rate-limited", refused.reason());
      int wait = Integer.parseInt(Objects.requireNonNull(refused.header("Retry-After")));
      assertTrue(wait > 60 && wait <= 100, "wait " + wait);
      assertEquals("2", refused.header("RateLimit-Limit"));
      assertEquals("0", refused.header("RateLimit-Remaining"));
      assertEquals(200, TestClient.get(mesh.port(), "/", "X-Key: b").status());
      assertEquals(3, server.requests.size());
      assertEquals(1, mesh.mesh.observe().limits().getFirst().refused());
      mesh.mesh.apply(config(List.of(TestMesh.service("cars", server)), rules, "/*", "/other"));
      assertEquals(
          429,
          TestClient.get(mesh.port(), "/", "X-Key: a").status(),
          "a change elsewhere forgives nothing");
    }
  }

  @Test
  void access_refusesWhatNoRuleAllows() throws IOException {
    MeshConfig.Service service;
    try (TestServer server = TestServer.saying("hi")) {
      service =
          with(
              TestMesh.service("cars", server),
              Access.Mode.ON,
              new Allow(Set.of("ingress"), Set.of("GET"), List.of("/cars*")));
      try (TestMesh mesh = new TestMesh(config(List.of(service), RouteRules.NONE, "/*"))) {
        assertEquals(200, TestClient.get(mesh.port(), "/cars/1").status());
        TestClient.Answer refused = TestClient.get(mesh.port(), "/admin");
        assertEquals(403, refused.status());
        assertEquals("not-allowed", refused.reason());
        assertEquals(403, TestClient.get(mesh.port(), "/cars/../admin").status());
        assertEquals(1, server.requests.size());
        assertEquals(2, mesh.edge("ingress").denied());
      }
    }
  }

  @Test
  void access_inADryRun_onlyCounts() throws IOException {
    try (TestServer server = TestServer.saying("hi");
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(with(TestMesh.service("cars", server), Access.Mode.DRY_RUN)),
                    RouteRules.NONE,
                    "/*"))) {
      assertEquals(200, TestClient.get(mesh.port(), "/").status());
      assertEquals(1, mesh.edge("ingress").wouldDeny());
      assertEquals(0, mesh.edge("ingress").denied());
    }
  }

  @Test
  void access_knowsTheCallingServiceByItsListener() throws IOException {
    try (TestServer server = TestServer.saying("hi")) {
      MeshConfig.Service cars =
          with(
              TestMesh.service("cars", server),
              Access.Mode.ON,
              new Allow(Set.of("rentals"), Set.of(), List.of()));
      MeshConfig config =
          new MeshConfig(
              List.of(
                  new MeshConfig.Listener(
                      "rentals", TestMesh.anyPort(), new MeshConfig.Kind.Edge("rentals", "cars")),
                  new MeshConfig.Listener(
                      "thief", TestMesh.anyPort(), new MeshConfig.Kind.Edge("thief", "cars"))),
              List.of(cars),
              List.of(),
              MeshConfig.Limits.DEFAULT);
      try (TestMesh mesh = new TestMesh(config)) {
        assertEquals(200, TestClient.get(mesh.mesh.port("rentals"), "/").status());
        assertEquals(403, TestClient.get(mesh.mesh.port("thief"), "/").status());
      }
    }
  }

  @Test
  void faults_actOnRequestsWithTheHeaderOnly() throws IOException {
    try (TestServer server = TestServer.saying("hi");
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(
                        with(
                            TestMesh.with(TestMesh.service("cars", server), TestMesh.retries(1)),
                            new FaultRule(Fault.ANY, "x-break", "yes", Duration.ZERO, 418, 1),
                            new FaultRule(
                                Fault.ANY, "x-slow", null, Duration.ofMillis(300), 0, 1))),
                    RouteRules.NONE,
                    "/*"))) {
      assertEquals(200, TestClient.get(mesh.port(), "/").status());
      assertEquals(200, TestClient.get(mesh.port(), "/", "X-Break: no").status());
      TestClient.Answer broken = TestClient.get(mesh.port(), "/", "X-Break: yes");
      assertEquals(418, broken.status());
      assertEquals("fault-abort", broken.reason());
      assertEquals(200, TestClient.get(mesh.port(), "/", "X-Slow: any").status());
      assertTrue(
          mesh.seen.getLast().durationNanos() >= Duration.ofMillis(300).toNanos(), "delayed");
    }
  }

  @Test
  void retry_waitsAsLongAs429Asks() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    MeshConfig.Retries usual = MeshConfig.Retries.DEFAULT;
    MeshConfig.Retries on429 =
        new MeshConfig.Retries(
            usual.budget(),
            2,
            Set.of(MeshConfig.RetryOn.TOO_MANY_REQUESTS),
            usual.methods(),
            usual.replayBytes(),
            usual.backoff());
    try (TestServer server =
            TestServer.answering(
                r ->
                    asked.incrementAndGet() == 1
                        ? "HTTP/1.1 429 S\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
                        : TestServer.ok("hi"));
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(TestMesh.with(TestMesh.service("cars", server), on429)),
                    RouteRules.NONE,
                    "/*"))) {
      assertEquals("hi", TestClient.get(mesh.port(), "/").body());
      assertTrue(mesh.seen.getFirst().durationNanos() >= Duration.ofSeconds(1).toNanos());
      assertEquals(2, mesh.seen.getFirst().tries());
    }
  }

  @Test
  void retry_onServerError_triesEvery5xxAgain() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    MeshConfig.Retries usual = MeshConfig.Retries.DEFAULT;
    MeshConfig.Retries on5xx =
        new MeshConfig.Retries(
            usual.budget(),
            3,
            Set.of(MeshConfig.RetryOn.SERVER_ERROR),
            usual.methods(),
            usual.replayBytes(),
            usual.backoff());
    try (TestServer server =
            TestServer.answering(
                r ->
                    switch (asked.incrementAndGet()) {
                      case 1 -> TestServer.status(500, "");
                      case 2 -> TestServer.status(503, "");
                      default -> TestServer.ok("hi");
                    });
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(TestMesh.with(TestMesh.service("cars", server), on5xx)),
                    RouteRules.NONE,
                    "/*"))) {
      assertEquals("hi", TestClient.get(mesh.port(), "/").body());
      assertEquals(3, mesh.seen.getFirst().tries());
    }
  }

  @Test
  void lowPriority_givesWayFirst() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    try (TestServer server =
        TestServer.answering(
            r -> {
              inside.incrementAndGet();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return TestServer.ok("hi");
            })) {
      MeshConfig.Service service = TestMesh.with(TestMesh.service("cars", server), 4);
      List<MeshConfig.Route> routes = new ArrayList<>();
      for (Priority priority : Priority.values()) {
        routes.add(
            new MeshConfig.Route(
                priority.name(),
                RouteMatch.of(null, "/" + priority.name() + "*", Map.of()),
                List.of(new MeshConfig.Target("cars", 1)),
                RouteRules.of(null, priority)));
      }
      MeshConfig config =
          new MeshConfig(
              List.of(TestMesh.ingress()), List.of(service), routes, MeshConfig.Limits.DEFAULT);
      List<TestClient> waiting = new ArrayList<>();
      try (TestMesh mesh = new TestMesh(config)) {
        for (int i = 0; i < 3; i++) {
          waiting.add(new TestClient(mesh.port()).send("GET", "/NORMAL", ""));
        }
        Await.until("requests in flight", Duration.ofSeconds(20), () -> inside.get() == 3);
        assertEquals("shed", TestClient.get(mesh.port(), "/LOW").reason());
        waiting.add(new TestClient(mesh.port()).send("GET", "/NORMAL", ""));
        Await.until("requests in flight", Duration.ofSeconds(20), () -> inside.get() == 4);
        assertEquals("bulkhead-full", TestClient.get(mesh.port(), "/NORMAL").reason());
        waiting.add(new TestClient(mesh.port()).send("GET", "/HIGH", ""));
        Await.until("requests in flight", Duration.ofSeconds(20), () -> inside.get() == 5);
        release.countDown();
        for (TestClient client : waiting) {
          assertEquals("hi", client.answer().body());
          client.close();
        }
      }
    }
  }

  @Test
  void hashByAnIssuedCookie_keepsAUserOnOneEndpoint() throws IOException {
    Balance balance =
        new Balance(
            Algorithm.HASH,
            new HashKey(HashKey.Kind.COOKIE, "at", Duration.ZERO),
            Duration.ZERO,
            0.5,
            null);
    try (TestServer one = TestServer.saying("one");
        TestServer two = TestServer.saying("two");
        TestServer three = TestServer.saying("three");
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(
                        TestMesh.service("cars", one, two, three)
                            .with(new ServicePolicy(balance, false, Access.ANY, List.of()))),
                    RouteRules.NONE,
                    "/*"))) {
      Set<String> seen = new HashSet<>();
      for (int user = 0; user < 30; user++) {
        TestClient.Answer first = TestClient.get(mesh.port(), "/");
        String cookie = Objects.requireNonNull(first.header("Set-Cookie")).split(";", 2)[0];
        TestClient.Answer second = TestClient.get(mesh.port(), "/", "Cookie: " + cookie);
        assertEquals(first.body(), second.body());
        assertNull(second.header("Set-Cookie"));
        seen.add(first.body());
      }
      assertEquals(Set.of("one", "two", "three"), seen);
    }
  }

  @Test
  void adaptive_findsItsOwnBound() throws IOException {
    try (TestServer server = TestServer.saying("hi");
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(
                        TestMesh.service("cars", server)
                            .with(new ServicePolicy(Balance.DEFAULT, true, Access.ANY, List.of()))),
                    RouteRules.NONE,
                    "/*"))) {
      assertEquals(200, TestClient.get(mesh.port(), "/").status());
      MeshSnapshot.Service service = mesh.mesh.observe().services().getFirst();
      assertEquals(20, service.concurrency(), "where Gradient2 begins");
      Await.until(
          "requests in flight",
          Duration.ofSeconds(20),
          () -> mesh.mesh.observe().services().getFirst().inFlight() == 0);
      assertNotNull(service);
    }
  }

  @Test
  void mirror_sendsACopyWithItsBody_andDropsTheAnswer() throws IOException {
    RouteRules rules =
        new RouteRules(
            RouteRules.Tries.NONE,
            null,
            null,
            RouteRules.HeaderEdits.NONE,
            RouteRules.HeaderEdits.NONE,
            null,
            new RouteRules.Mirror("next", 1));
    try (TestServer server = TestServer.saying("hi");
        TestServer next = TestServer.answering(r -> TestServer.status(500, "no"));
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(TestMesh.service("cars", server), TestMesh.service("next", next)),
                    rules,
                    "/*"))) {
      try (TestClient client = new TestClient(mesh.port())) {
        assertEquals("hi", client.send("POST", "/a?b=c", "body").answer().body());
        assertEquals("hi", client.send("GET", "/d", "").answer().body());
      }
      Await.until("copies", Duration.ofSeconds(20), () -> next.requests.size() == 2);
      TestServer.Request copy =
          next.requests.stream().filter(r -> r.line().startsWith("POST")).findFirst().orElseThrow();
      assertEquals("POST /a?b=c HTTP/1.1", copy.line());
      assertEquals("body", new String(copy.body(), java.nio.charset.StandardCharsets.ISO_8859_1));
      assertEquals(2, mesh.mesh.observe().services().get(1).mirrored());
      String tooLong = "x".repeat(70_000);
      try (TestClient client = new TestClient(mesh.port())) {
        assertEquals(200, client.send("POST", "/", tooLong).answer().status());
      }
      assertEquals(1, mesh.mesh.observe().services().get(1).mirrorLeftOut());
    }
  }
}
