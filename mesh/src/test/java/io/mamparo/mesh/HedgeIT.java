package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.BreakerState;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Requests that are sent to a second endpoint because the first does not answer soon. */
class HedgeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Hedge SOON = new Hedge(Duration.ofMillis(20), 0, 1);

  /** Two servers of which the one that is asked first does something else than the other. */
  private static final class Two implements AutoCloseable {
    final AtomicInteger arrived = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final CountDownLatch both = new CountDownLatch(2);
    final TestServer a;
    final TestServer b;

    Two(TestServer.Script first, TestServer.Script second) throws IOException {
      TestServer.Script script =
          c -> {
            for (TestServer.Request r = c.next(); r != null; r = c.next()) {
              both.countDown();
              (arrived.getAndIncrement() == 0 ? first : second).serve(c);
            }
            closed.incrementAndGet();
          };
      a = TestServer.script(script);
      b = TestServer.script(script);
    }

    MeshConfig.Service service(Hedge hedge) {
      return HedgeIT.service(hedge, a, b);
    }

    void untilClosed(int connections) {
      Await.until("connections closed", PATIENCE, () -> closed.get() == connections);
    }

    /** Waits in a server until both have been asked. */
    void untilBoth() throws IOException {
      try {
        both.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      a.close();
      b.close();
    }
  }

  private static final TestServer.Script HANGS = c -> {};
  private static final TestServer.Script ANSWERS = c -> c.send(TestServer.ok("second"));

  private static MeshConfig.Service service(Hedge hedge, TestServer... servers) {
    return TestMesh.service("cars", servers).with(ServicePolicy.DEFAULT.with(hedge));
  }

  private static MeshConfig.Service hedged(MeshConfig.Service service) {
    return service.with(ServicePolicy.DEFAULT.with(SOON));
  }

  private static MeshSnapshot.Hedges hedges(TestMesh mesh) {
    return mesh.edge("ingress").hedges();
  }

  private static void untilSuppressed(TestMesh mesh, Unhedged cause) {
    Await.until(
        "suppressed by " + cause,
        PATIENCE,
        () -> hedges(mesh).suppressed().getOrDefault(cause, 0L) == 1);
    assertEquals(0, hedges(mesh).sent());
  }

  @Test
  void slowFirst_isAnsweredByTheSecond_andCalledOff() throws IOException {
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1)) {
      TestClient.Answer answer = TestClient.get(mesh.port(), "/");
      assertEquals(200, answer.status());
      assertEquals("second", answer.body());
      two.untilClosed(1);
      assertEquals(1, two.a.requests.size());
      assertEquals(1, two.b.requests.size());
      TestMesh.Seen seen = mesh.seen.getFirst();
      assertEquals(2, seen.tries());
      assertTrue(seen.hedged() && seen.hedge());
      TestMesh.Seen first = mesh.attempts.getFirst();
      assertEquals(1, first.tries());
      assertTrue(first.calledOff());
      assertFalse(first.hedge());
      assertFalse(Objects.equals(seen.endpoint(), first.endpoint()));
      MeshSnapshot.Hedges hedges = hedges(mesh);
      assertEquals(1, hedges.sent());
      assertEquals(1, hedges.won());
      assertEquals(0, mesh.edge("ingress").retries());
      MeshSnapshot.Service service = mesh.mesh.observe().services().getFirst();
      assertTrue(service.endpoints().stream().allMatch(e -> e.inFlight() == 0));
      assertEquals(0, service.inFlight());
    }
  }

  @Test
  void firstThatAnswersAfterAll_wins_andTheHedgeIsCalledOff() throws IOException {
    Two[] self = new Two[1];
    TestServer.Script waits =
        c -> {
          self[0].untilBoth();
          c.send(TestServer.ok("first"));
        };
    try (Two two = new Two(waits, HANGS)) {
      self[0] = two;
      try (TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1);
          TestClient client = new TestClient(mesh.port())) {
        assertEquals("first", client.send("GET", "/", "").answer().body());
        two.untilClosed(1);
        assertEquals(0, hedges(mesh).won());
        assertFalse(mesh.seen.getFirst().hedge());
        assertTrue(mesh.attempts.getFirst().hedge() && mesh.attempts.getFirst().calledOff());
      }
    }
  }

  @Test
  void post_isHedgedOnlyWithAKey_andItsBodyGoesToBoth() throws IOException {
    try (TestServer a = TestServer.saying("a");
        TestServer b = TestServer.saying("b")) {
      ServicePolicy.FaultRule slow =
          new ServicePolicy.FaultRule(Fault.ANY, "x-slow", null, Duration.ofMillis(100), 0, 1);
      MeshConfig.Service service =
          TestMesh.service("cars", a, b)
              .with(
                  new ServicePolicy(
                      ServicePolicy.Balance.DEFAULT,
                      false,
                      ServicePolicy.Access.ANY,
                      List.of(slow),
                      SOON));
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        assertEquals(200, client.send("POST", "/", "body", "X-Slow: 1").answer().status());
        assertEquals(0, hedges(mesh).sent());
        assertEquals(1, mesh.seen.getFirst().tries());
      }
    }
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1);
        TestClient client = new TestClient(mesh.port())) {
      String body = "x".repeat(20_000);
      client.send("POST", "/", body, "Idempotency-Key: 1");
      assertEquals("second", client.answer().body());
      assertEquals(body, new String(two.a.requests.getFirst().body(), ISO_8859_1));
      assertEquals(body, new String(two.b.requests.getFirst().body(), ISO_8859_1));
    }
  }

  @Test
  void longBody_isNotHedged() throws IOException {
    MeshConfig.Retries d = MeshConfig.Retries.DEFAULT;
    MeshConfig.Retries small =
        new MeshConfig.Retries(d.budget(), 3, d.on(), d.methods(), 16, d.backoff());
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(
                    hedged(TestMesh.with(TestMesh.service("cars", two.a, two.b), small))),
                1);
        TestClient client = new TestClient(mesh.port())) {
      client.send("PUT", "/", "more than sixteen bytes");
      untilSuppressed(mesh, Unhedged.BODY);
    }
  }

  @Test
  void serviceThatIsSlowEverywhere_getsNoMoreThanTheBudget() throws IOException {
    ServicePolicy.FaultRule slow =
        new ServicePolicy.FaultRule(Fault.ANY, null, null, Duration.ofMillis(12), 0, 1);
    ServicePolicy policy =
        new ServicePolicy(
            ServicePolicy.Balance.DEFAULT,
            false,
            ServicePolicy.Access.ANY,
            List.of(slow),
            Hedge.after(Duration.ofMillis(1)));
    try (TestServer a = TestServer.saying("a");
        TestServer b = TestServer.saying("b");
        TestMesh mesh =
            new TestMesh(TestMesh.config(TestMesh.service("cars", a, b).with(policy)), 1);
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < 200; i++) {
        assertEquals(200, client.send("GET", "/", "").answer().status());
      }
      MeshSnapshot.Hedges hedges = hedges(mesh);
      assertTrue(hedges.sent() > 0 && hedges.sent() <= 10, "hedges " + hedges.sent());
      assertTrue(hedges.suppressed().getOrDefault(Unhedged.BUDGET, 0L) > 100);
      assertTrue(a.requests.size() + b.requests.size() <= 210);
    }
  }

  @Test
  void firstThatFails_isNoAnswer_whileTheHedgeIsUnderWay() throws IOException {
    for (String failure : List.of("", TestServer.status(503, "no"))) {
      Two[] self = new Two[1];
      TestMesh[] told = new TestMesh[1];
      TestServer.Script fails =
          c -> {
            self[0].untilBoth();
            if (failure.isEmpty()) {
              c.socket.close();
            } else {
              c.send(failure);
            }
          };
      TestServer.Script waits =
          c -> {
            Await.until("failure told", PATIENCE, () -> told[0].attempts.size() == 1);
            c.send(TestServer.ok("second"));
          };
      try (Two two = new Two(fails, waits)) {
        self[0] = two;
        try (TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1);
            TestClient client = new TestClient(mesh.port())) {
          told[0] = mesh;
          assertEquals("second", client.send("GET", "/", "").answer().body());
          assertEquals(2, mesh.seen.getFirst().tries());
          assertFalse(mesh.attempts.getFirst().calledOff());
          assertEquals(1, hedges(mesh).won());
          assertEquals("second", client.send("GET", "/", "").answer().body());
        }
      }
    }
  }

  @Test
  void hedgeThatFails_leavesTheFirst_andBothFailing_isTriedAgain() throws IOException {
    TestMesh[] told = new TestMesh[1];
    TestServer.Script waits =
        c -> {
          Await.until("failure told", PATIENCE, () -> told[0].attempts.size() == 1);
          c.send(TestServer.ok("first"));
        };
    try (Two two = new Two(waits, c -> c.send(TestServer.status(503, "no")));
        TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1);
        TestClient client = new TestClient(mesh.port())) {
      told[0] = mesh;
      assertEquals("first", client.send("GET", "/", "").answer().body());
      assertTrue(mesh.attempts.getFirst().hedge());
      assertEquals(0, hedges(mesh).won());
    }
    Two[] self = new Two[1];
    TestServer.Script fails =
        c -> {
          self[0].untilBoth();
          c.socket.close();
        };
    AtomicInteger later = new AtomicInteger();
    TestServer.Script second =
        c -> {
          if (later.getAndIncrement() == 0) {
            fails.serve(c);
          } else {
            c.send(TestServer.ok("third"));
          }
        };
    try (Two two = new Two(fails, second)) {
      self[0] = two;
      try (TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1)) {
        assertEquals("third", TestClient.get(mesh.port(), "/").body());
        assertEquals(3, mesh.seen.getFirst().tries());
        assertFalse(mesh.seen.getFirst().hedge());
        assertEquals(1, mesh.edge("ingress").retries());
      }
    }
  }

  @Test
  void clientThatLeaves_callsBothOff() throws IOException {
    try (Two two = new Two(HANGS, HANGS);
        TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1)) {
      try (TestClient client = new TestClient(mesh.port())) {
        client.send("GET", "/", "");
        Await.until("hedged", PATIENCE, () -> two.arrived.get() == 2);
      }
      two.untilClosed(2);
      assertEquals(Reason.CLIENT_GONE, mesh.seen.getFirst().reason());
    }
  }

  @Test
  void deadline_callsBothOff() throws IOException {
    try (Two two = new Two(HANGS, HANGS);
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(
                    hedged(
                        TestMesh.with(
                            TestMesh.service("cars", two.a, two.b), Duration.ofMillis(300), null))),
                1)) {
      TestClient.Answer answer = TestClient.get(mesh.port(), "/");
      assertEquals(504, answer.status());
      assertEquals("deadline", answer.reason());
      assertEquals(2, two.arrived.get());
      two.untilClosed(2);
    }
  }

  @Test
  void clientOfHttp2_isHedgedToo() throws IOException {
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh mesh = new TestMesh(TestMesh.config(two.service(SOON)), 1);
        TestStreams client = new TestStreams(mesh.port())) {
      TestStreams.Answer answer = client.get("/");
      assertEquals(200, answer.status());
      assertEquals("second", answer.text());
      two.untilClosed(1);
    }
  }

  /** The endpoints of HTTP/2 are two other meshes. */
  @Test
  void endpointOfHttp2_isToldThatItsStreamIsCancelled() throws IOException {
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh a = new TestMesh(TestMesh.config(TestMesh.service("cars", two.a)), 1);
        TestMesh b = new TestMesh(TestMesh.config(TestMesh.service("cars", two.b)), 1)) {
      List<MeshConfig.Endpoint> endpoints =
          List.of(
              new MeshConfig.Endpoint("a", "127.0.0.1", a.port(), true, 1, null),
              new MeshConfig.Endpoint("b", "127.0.0.1", b.port(), true, 1, null));
      MeshConfig.Service service = hedged(MeshConfig.Service.of("cars", endpoints).withHttp2(true));
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1)) {
        assertEquals("second", TestClient.get(mesh.port(), "/").body());
        two.untilClosed(1);
        Await.until("told", PATIENCE, () -> a.seen.size() + b.seen.size() == 2);
        boolean first = a.seen.getFirst().reason() == Reason.CLIENT_GONE;
        assertEquals(Reason.CLIENT_GONE, (first ? a : b).seen.getFirst().reason());
        assertEquals(200, (first ? b : a).seen.getFirst().status());
      }
    }
  }

  @Test
  void withoutAnotherHealthyEndpoint_nothingIsHedged() throws IOException {
    try (Two two = new Two(HANGS, ANSWERS)) {
      MeshConfig.Endpoint sick =
          new MeshConfig.Endpoint("b", "127.0.0.1", two.b.port(), false, 1, null);
      MeshConfig.Service service =
          hedged(MeshConfig.Service.of("cars", List.of(two.a.endpoint("a"), sick)));
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        client.send("GET", "/", "");
        untilSuppressed(mesh, Unhedged.NO_ENDPOINT);
      }
    }
  }

  @Test
  void fullBulkhead_andSpentRetryBudget_suppress() throws IOException {
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(hedged(TestMesh.with(TestMesh.service("cars", two.a, two.b), 1))),
                1);
        TestClient client = new TestClient(mesh.port())) {
      client.send("GET", "/", "");
      untilSuppressed(mesh, Unhedged.BULKHEAD);
    }
    MeshConfig.Retries d = MeshConfig.Retries.DEFAULT;
    RetryBudgetConfig none = new RetryBudgetConfig(0.01, Duration.ofSeconds(10), 0, 0.01, 3);
    MeshConfig.Retries poor =
        new MeshConfig.Retries(none, 3, d.on(), d.methods(), d.replayBytes(), d.backoff());
    try (Two two = new Two(HANGS, ANSWERS);
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(
                    hedged(TestMesh.with(TestMesh.service("cars", two.a, two.b), poor))),
                1);
        TestClient client = new TestClient(mesh.port())) {
      client.send("GET", "/", "");
      untilSuppressed(mesh, Unhedged.RETRY_BUDGET);
    }
  }

  @Test
  void percentile_isWaitedForOnceEnoughWasMeasured() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    TestServer.Answer answer = r -> TestServer.ok("quick");
    TestServer.Script script =
        c -> {
          for (TestServer.Request r = c.next(); r != null; r = c.next()) {
            if (asked.incrementAndGet() != 151) {
              c.send(Objects.requireNonNull(answer.to(r)));
            }
          }
        };
    try (TestServer a = TestServer.script(script);
        TestServer b = TestServer.script(script);
        TestMesh mesh =
            new TestMesh(TestMesh.config(service(new Hedge(Duration.ZERO, 0.95, 1), a, b)), 1);
        TestClient client = new TestClient(mesh.port())) {
      int quick = 0;
      while (asked.get() < 150) {
        assertEquals(200, client.send("GET", "/", "").answer().status());
        quick++;
      }
      assertTrue(quick >= 100, "measured " + quick);
      assertEquals("quick", client.send("GET", "/", "").answer().body());
      assertTrue(hedges(mesh).won() >= 1);
    }
  }

  @Test
  void route_mayHedgeWhereItsServiceDoesNot() throws IOException {
    try (Two two = new Two(HANGS, ANSWERS)) {
      MeshConfig.Service plain = service(Hedge.OFF, two.a, two.b);
      RouteRules.Tries tries = new RouteRules.Tries(null, null, null, SOON);
      RouteRules rules =
          new RouteRules(
              tries,
              null,
              null,
              RouteRules.HeaderEdits.NONE,
              RouteRules.HeaderEdits.NONE,
              null,
              null);
      MeshConfig.Route route =
          new MeshConfig.Route(
              "r",
              RouteMatch.of(null, "/*", Map.of()),
              List.of(new MeshConfig.Target("cars", 1)),
              rules);
      MeshConfig config =
          new MeshConfig(
              List.of(TestMesh.ingress()),
              List.of(plain),
              List.of(route),
              MeshConfig.Limits.DEFAULT);
      try (TestMesh mesh = new TestMesh(config, 1);
          TestClient client = new TestClient(mesh.port())) {
        // The route's requests share the usual budget: 5 %, so that one needs twenty.
        client.send("GET", "/", "");
        untilSuppressed(mesh, Unhedged.BUDGET);
      }
    }
  }

  @Test
  void breakerThatIsNotClosed_suppresses() throws IOException {
    BreakerConfig breaker =
        BreakerConfig.defaults().withMinimumCalls(2).withOpenFor(Duration.ofMillis(50));
    AtomicInteger asked = new AtomicInteger();
    TestServer.Script script =
        c -> {
          for (TestServer.Request r = c.next(); r != null; r = c.next()) {
            if (asked.getAndIncrement() < 2) {
              c.send(TestServer.status(500, "bad"));
            }
          }
        };
    try (TestServer a = TestServer.script(script);
        TestServer b = TestServer.script(script);
        TestMesh mesh =
            new TestMesh(
                TestMesh.config(hedged(TestMesh.with(TestMesh.service("cars", a, b), breaker))),
                1);
        TestClient client = new TestClient(mesh.port())) {
      assertEquals(500, client.send("GET", "/", "").answer().status());
      assertEquals(500, client.send("GET", "/", "").answer().status());
      Await.until(
          "half open",
          PATIENCE,
          () ->
              Objects.requireNonNull(mesh.edge("ingress").breaker()).state()
                  == BreakerState.HALF_OPEN);
      client.send("GET", "/", "");
      untilSuppressed(mesh, Unhedged.BREAKER);
    }
  }
}
