package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.mesh.RouteRules.HashKey;
import io.mamparo.mesh.RouteRules.HeaderEdits;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a route does beside leading somewhere, over real connections. */
class RoutingIT {
  private static MeshConfig.Route route(
      String path, RouteRules rules, MeshConfig.Target... targets) {
    return new MeshConfig.Route("r", RouteMatch.of(null, path, Map.of()), List.of(targets), rules);
  }

  private static MeshConfig config(List<MeshConfig.Service> services, MeshConfig.Route... routes) {
    return new MeshConfig(
        List.of(TestMesh.ingress()), services, List.of(routes), MeshConfig.Limits.DEFAULT);
  }

  private static RouteRules rules(
      RouteRules.Tries tries,
      RouteRules.@Nullable Rewrite rewrite,
      HeaderEdits request,
      HeaderEdits response,
      @Nullable HashKey sticky) {
    return new RouteRules(tries, null, rewrite, request, response, sticky, null);
  }

  @Test
  void rewriteAndEdits_changeWhatBothSidesSee() throws IOException {
    RouteRules rules =
        rules(
            RouteRules.Tries.NONE,
            new RouteRules.Rewrite("/v2/*", "inside.example"),
            new HeaderEdits(Map.of("x-env", "test"), Map.of(), List.of("x-secret")),
            new HeaderEdits(Map.of("x-from", "mesh"), Map.of(), List.of("server")),
            null);
    try (TestServer server =
            TestServer.answering(
                r -> "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 2\r\n\r\nhi");
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(TestMesh.service("cars", server)),
                    route("/api/*", rules, new MeshConfig.Target("cars", 1))))) {
      TestClient.Answer answer =
          TestClient.get(mesh.port(), "/api/car/1?a=b", "X-Secret: 1", "X-Env: prod");
      assertEquals("hi", answer.body());
      assertEquals("mesh", answer.header("x-from"));
      assertNull(answer.header("server"));
      TestServer.Request seen = server.requests.getFirst();
      assertEquals("GET /v2/car/1?a=b HTTP/1.1", seen.line());
      assertEquals("inside.example", seen.header("Host"));
      assertEquals("test", seen.header("X-Env"));
      assertEquals(1, seen.count("X-Env"));
      assertNull(seen.header("X-Secret"));
      assertEquals("/api/car/1", mesh.seen.getFirst().path());
    }
  }

  @Test
  void redirect_answersWithoutAService() throws IOException {
    RouteRules rules =
        new RouteRules(
            RouteRules.Tries.NONE,
            new RouteRules.Redirect("https://cars.example.org/*", 308),
            null,
            HeaderEdits.NONE,
            HeaderEdits.NONE,
            null,
            null);
    try (TestServer server = TestServer.saying("no");
        TestMesh mesh =
            new TestMesh(
                config(List.of(TestMesh.service("cars", server)), route("/old/*", rules)))) {
      try (TestClient client = new TestClient(mesh.port())) {
        for (int i = 0; i < 2; i++) {
          TestClient.Answer answer = client.send("GET", "/old/1?q=2", "").answer();
          assertEquals(308, answer.status());
          assertEquals("https://cars.example.org/1?q=2", answer.header("Location"));
        }
      }
      assertEquals(0, server.requests.size());
      assertEquals(Reason.NONE, mesh.seen.getFirst().reason());
    }
  }

  @Test
  void sticky_keepsAUserOnOneTarget_andSpreadsUsers() throws IOException {
    RouteRules rules =
        rules(
            RouteRules.Tries.NONE,
            null,
            HeaderEdits.NONE,
            HeaderEdits.NONE,
            new HashKey(HashKey.Kind.COOKIE, "who", Duration.ofHours(1)));
    try (TestServer one = TestServer.saying("one");
        TestServer two = TestServer.saying("two");
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(TestMesh.service("one", one), TestMesh.service("two", two)),
                    route(
                        "/*",
                        rules,
                        new MeshConfig.Target("one", 50),
                        new MeshConfig.Target("two", 50))))) {
      Set<String> all = new HashSet<>();
      for (int user = 0; user < 20; user++) {
        TestClient.Answer first = TestClient.get(mesh.port(), "/");
        String cookie = Objects.requireNonNull(first.header("Set-Cookie")).split(";", 2)[0];
        all.add(first.body());
        for (int again = 0; again < 4; again++) {
          TestClient.Answer next = TestClient.get(mesh.port(), "/", "Cookie: " + cookie);
          assertEquals(first.body(), next.body(), cookie);
          assertNull(next.header("Set-Cookie"));
        }
      }
      assertEquals(Set.of("one", "two"), all);
    }
  }

  @Test
  void routesTimeoutAndRetries_winOverTheServices() throws Exception {
    MeshConfig.Retries once = TestMesh.retries(1);
    RouteRules rules =
        rules(
            new RouteRules.Tries(Duration.ofMillis(200), null, once, null),
            null,
            HeaderEdits.NONE,
            HeaderEdits.NONE,
            null);
    CountDownLatch end = new CountDownLatch(1);
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.next();
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
        TestMesh mesh =
            new TestMesh(
                config(
                    List.of(TestMesh.service("cars", server)),
                    route("/*", rules, new MeshConfig.Target("cars", 1))))) {
      TestClient.Answer answer = TestClient.get(mesh.port(), "/");
      assertEquals("deadline", answer.reason());
      assertEquals(1, mesh.seen.getFirst().tries());
      assertTrue(mesh.seen.getFirst().durationNanos() < Duration.ofSeconds(5).toNanos());
      end.countDown();
    }
  }

  @Test
  void apply_leadsTheNextRequestElsewhereWithin100Millis_andLetsTheOpenOneEnd() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    try (TestServer before =
            TestServer.answering(
                r -> {
                  arrived.countDown();
                  try {
                    release.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return TestServer.ok("before");
                });
        TestServer after = TestServer.saying("after")) {
      List<MeshConfig.Service> services =
          List.of(TestMesh.service("before", before), TestMesh.service("after", after));
      MeshConfig.Route first = route("/*", RouteRules.NONE, new MeshConfig.Target("before", 1));
      MeshConfig.Route second = route("/*", RouteRules.NONE, new MeshConfig.Target("after", 1));
      try (TestMesh mesh = new TestMesh(config(services, first));
          TestClient open = new TestClient(mesh.port())) {
        open.send("GET", "/", "");
        arrived.await();
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
          mesh.mesh.apply(config(services, first));
          long began = System.nanoTime();
          mesh.mesh.apply(config(services, second));
          assertEquals("after", TestClient.get(mesh.port(), "/").body());
          fastest = Math.min(fastest, System.nanoTime() - began);
        }
        assertTrue(fastest < Duration.ofMillis(100).toNanos(), "took " + fastest + " ns");
        release.countDown();
        assertNotNull(open.answer());
        assertEquals("before", mesh.seen.getLast().service());
      }
    }
  }
}
