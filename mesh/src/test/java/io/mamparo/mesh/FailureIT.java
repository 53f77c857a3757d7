package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.BreakerState;
import io.mamparo.resilience.outlier.OutlierConfig;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailureIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration HALF = Duration.ofMillis(500);

  private static MeshConfig.Endpoint nobody() {
    return new MeshConfig.Endpoint("nobody", "127.0.0.1", Ports.free(), true, 1, null);
  }

  private static TestServer.Script silent() {
    return c -> {
      while (c.next() != null) {
        // Listens, and never answers, like a stopped process.
      }
    };
  }

  @Test
  void nobodyListening_is502() throws IOException {
    MeshConfig.Service service = MeshConfig.Service.of("cars", List.of(nobody()));
    try (TestMesh mesh = new TestMesh(TestMesh.config(service))) {
      TestClient.Answer answer = TestClient.get(mesh.port(), "/");
      assertEquals(502, answer.status());
      assertEquals("no-connection", answer.reason());
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      assertEquals(3, mesh.seen.getFirst().tries());
      assertEquals(2, mesh.attempts.size());
      assertEquals(Reason.NO_CONNECTION, mesh.attempts.getFirst().reason());
    }
  }

  @Test
  void unknownName_is502() throws IOException {
    MeshConfig.Endpoint lost =
        new MeshConfig.Endpoint("lost", "no-such-host.invalid", 80, true, 1, null);
    MeshConfig.Service service = MeshConfig.Service.of("cars", List.of(lost));
    try (TestMesh mesh = new TestMesh(TestMesh.config(service))) {
      assertEquals("no-connection", TestClient.get(mesh.port(), "/").reason());
    }
  }

  @Test
  void refusedConnection_isRetriedForEveryMethod() throws IOException {
    try (TestServer server = TestServer.answering(r -> TestServer.ok(r.body().length + ""))) {
      MeshConfig.Service service =
          MeshConfig.Service.of("cars", List.of(nobody(), server.endpoint("up")));
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        for (int i = 0; i < 50; i++) {
          TestClient.Answer answer = client.send("POST", "/", "hello").answer();
          assertEquals(200, answer.status());
          assertEquals("5", answer.body());
        }
        assertTrue(mesh.attempts.size() <= 5, mesh.attempts.size() + " connections refused");
      }
    }
  }

  /** The server takes the second request of a connection and closes, as at its keep-alive's end. */
  private static TestServer racing() throws IOException {
    return TestServer.script(
        c -> {
          if (c.next() != null) {
            c.send(TestServer.ok("first"));
            c.next();
          }
        });
  }

  @Test
  void keepAliveRace_isInvisibleForReplaySafeRequests() throws IOException {
    try (TestServer server = racing();
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)), 1);
        TestClient client = new TestClient(mesh.port())) {
      for (int i = 0; i < 20; i++) {
        assertEquals(200, client.send("GET", "/", "").answer().status());
      }
      assertEquals(200, client.send("PUT", "/", "body").answer().status());
      assertEquals("body", new String(server.requests.getLast().body(), US_ASCII));
      String key = "Idempotency-Key: 1";
      assertEquals(200, client.send("POST", "/", "body", key).answer().status());
    }
  }

  @Test
  void keepAliveRace_isTheClientsToDecideOtherwise() throws IOException {
    try (TestServer server = racing();
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)), 1);
        TestClient client = new TestClient(mesh.port())) {
      assertEquals(200, client.send("POST", "/", "one").answer().status());
      TestClient.Answer answer = client.send("POST", "/", "two").answer();
      assertEquals(502, answer.status());
      assertEquals("connection-lost", answer.reason());
      assertEquals(2, server.requests.size());
    }
  }

  @Test
  void unavailableAnswer_isRetriedElsewhere_andTheClientSeesTheLast() throws IOException {
    try (TestServer bad = TestServer.answering(r -> TestServer.status(503, "bad"));
        TestServer good = TestServer.saying("good")) {
      MeshConfig.Service service = TestMesh.service("cars", bad, good);
      try (TestMesh mesh =
              new TestMesh(TestMesh.config(TestMesh.with(service, (BreakerConfig) null)), 1);
          TestClient client = new TestClient(mesh.port())) {
        for (int i = 0; i < 30; i++) {
          assertEquals("good", client.send("GET", "/", "").answer().body());
        }
        int status = 0;
        for (int i = 0; i < 100 && status != 503; i++) {
          status = client.send("POST", "/", "x").answer().status();
        }
        assertFalse(bad.requests.isEmpty());
      }
      try (TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", bad)), 1)) {
        TestClient.Answer answer = TestClient.get(mesh.port(), "/");
        assertEquals(503, answer.status());
        assertEquals("bad", answer.body());
        assertEquals("", answer.reason());
      }
    }
  }

  @Test
  void budget_boundsRetries() throws IOException {
    MeshConfig.Retries d = MeshConfig.Retries.DEFAULT;
    RetryBudgetConfig small = new RetryBudgetConfig(0.1, Duration.ofSeconds(10), 0, 0.1, 3);
    MeshConfig.Retries retries =
        new MeshConfig.Retries(small, 3, d.on(), d.methods(), d.replayBytes(), Duration.ZERO);
    try (TestServer bad = TestServer.answering(r -> TestServer.status(503, ""))) {
      MeshConfig.Service service =
          TestMesh.with(
              TestMesh.with(TestMesh.service("cars", bad), retries), (BreakerConfig) null);
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        for (int i = 0; i < 200; i++) {
          assertEquals(503, client.send("GET", "/", "").answer().status());
        }
        int all = bad.requests.size();
        assertTrue(all > 210 && all <= 221, "attempts " + all);
        MeshSnapshot.Edge edge = mesh.edge("ingress");
        assertEquals(all - 200, edge.retries());
        assertTrue(edge.retriesRefused() > 100);
        assertTrue(mesh.seen.getLast().budgetSpent());
      }
    }
  }

  @Test
  void breaker_opensProbesAndCloses() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    BreakerConfig breaker =
        BreakerConfig.defaults()
            .withMinimumCalls(10)
            .withOpenFor(Duration.ofMillis(300))
            .withProbes(3);
    try (TestServer server =
        TestServer.answering(r -> broken.get() ? TestServer.status(500, "") : TestServer.ok(""))) {
      MeshConfig.Service s = TestMesh.service("cars", server);
      MeshConfig.Service service =
          new MeshConfig.Service(
              s.name(), s.endpoints(), s.timeout(), null, 10, s.retries(), breaker, null);
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        int answered = 0;
        TestClient.Answer answer = client.send("GET", "/", "").answer();
        while (answer.status() == 500) {
          answered++;
          answer = client.send("GET", "/", "").answer();
        }
        assertEquals(10, answered);
        assertEquals(503, answer.status());
        assertEquals("breaker-open", answer.reason());
        assertEquals("1", answer.header("Retry-After"));
        assertEquals(BreakerState.OPEN, state(mesh));
        broken.set(false);
        Await.until(
            "closed again",
            SOON,
            () -> {
              client.send("GET", "/", "").answer();
              return state(mesh) == BreakerState.CLOSED;
            });
        assertEquals(200, client.send("GET", "/", "").answer().status());
      }
    }
  }

  private static BreakerState state(TestMesh mesh) {
    return Objects.requireNonNull(mesh.edge("ingress").breaker()).state();
  }

  @Test
  void bulkhead_refusesAtOnce() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (TestServer server =
        TestServer.answering(
            r -> {
              await(go);
              return TestServer.ok("");
            })) {
      MeshConfig.Service service = TestMesh.with(TestMesh.service("cars", server), 2);
      try (TestMesh mesh = new TestMesh(TestMesh.config(service))) {
        List<CompletableFuture<TestClient.Answer>> two = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          two.add(
              CompletableFuture.supplyAsync(
                  () -> unchecked(mesh.port()), Thread::startVirtualThread));
        }
        Await.until("two at the service", SOON, () -> server.requests.size() == 2);
        TestClient.Answer refused = TestClient.get(mesh.port(), "/");
        assertEquals(503, refused.status());
        assertEquals("bulkhead-full", refused.reason());
        MeshSnapshot.Service seen = mesh.mesh.observe().services().getFirst();
        assertEquals(2, seen.inFlight());
        assertEquals(1, seen.bulkheadRefused());
        go.countDown();
        for (CompletableFuture<TestClient.Answer> one : two) {
          assertEquals(200, one.join().status());
        }
        Await.until("empty", SOON, () -> mesh.mesh.observe().services().getFirst().inFlight() == 0);
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TestClient.Answer unchecked(int port) {
    try {
      return TestClient.get(port, "/");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void stoppedReplica_isAvoidedAndItsRequestsAreRetried() throws Exception {
    try (TestServer stopped = TestServer.script(silent());
        TestServer good = TestServer.saying("good")) {
      MeshConfig.Service service =
          TestMesh.with(TestMesh.service("cars", stopped, good), Duration.ofSeconds(5), HALF);
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port());
          TestClient held = new TestClient(mesh.port())) {
        for (int i = 0; i < 100 && stopped.requests.isEmpty(); i++) {
          held.send("GET", "/", "").answer();
        }
        assertEquals(1, stopped.requests.size());
        held.send("GET", "/", "");
        long slow = 0;
        for (int i = 0; i < 300; i++) {
          long before = System.nanoTime();
          assertEquals("good", client.send("GET", "/", "").answer().body());
          slow += System.nanoTime() - before > 250_000_000L ? 1 : 0;
        }
        assertTrue(slow <= 6, slow + " of 300 were slow");
        assertTrue(stopped.requests.size() <= 8, stopped.requests.size() + " went there");
      }
    }
  }

  @Test
  void requestsOfAnEndpointThatTurnsUnhealthy_areTriedElsewhere() throws Exception {
    try (TestServer stopped = TestServer.script(silent());
        TestServer good = TestServer.saying("good")) {
      MeshConfig.Service one = TestMesh.service("cars", stopped);
      try (TestMesh mesh = new TestMesh(TestMesh.config(one));
          TestClient safe = new TestClient(mesh.port());
          TestClient unsafe = new TestClient(mesh.port())) {
        safe.send("PUT", "/", "body");
        unsafe.send("POST", "/", "body");
        Await.until("both sent", SOON, () -> stopped.requests.size() == 2);
        MeshConfig.Endpoint sick =
            new MeshConfig.Endpoint("e0", "127.0.0.1", stopped.port(), false, 1, null);
        MeshConfig.Service two = MeshConfig.Service.of("cars", List.of(sick, good.endpoint("e1")));
        mesh.mesh.apply(TestMesh.config(two));
        assertEquals("good", safe.answer().body());
        assertEquals("PUT / HTTP/1.1", good.requests.getFirst().line());
        assertEquals("body", new String(good.requests.getFirst().body(), US_ASCII));
        assertEquals(1, good.requests.size());
        assertEquals(1, mesh.edge("ingress").inFlight());
        assertEquals(1, stopped.connections());
      }
    }
  }

  @Test
  void timeOuts_are504() throws Exception {
    try (TestServer stopped = TestServer.script(silent())) {
      MeshConfig.Service s = TestMesh.with(TestMesh.service("cars", stopped), TestMesh.retries(1));
      try (TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.with(s, HALF, null)))) {
        TestClient.Answer answer = TestClient.get(mesh.port(), "/");
        assertEquals(504, answer.status());
        assertEquals("deadline", answer.reason());
        Await.until("record", SOON, () -> mesh.seen.size() == 1);
        long took = mesh.seen.getFirst().durationNanos();
        assertTrue(took >= 500_000_000L && took < 900_000_000L, "took " + took);
        TestClient.Answer callers = TestClient.get(mesh.port(), "/", "X-Request-Deadline: 50");
        assertEquals("deadline", callers.reason());
        Await.until("record", SOON, () -> mesh.seen.size() == 2);
        assertTrue(mesh.seen.get(1).durationNanos() < 400_000_000L);
        assertEquals(
            "deadline", TestClient.get(mesh.port(), "/", "X-Request-Deadline: 0").reason());
        assertEquals(2, stopped.requests.size());
      }
      MeshConfig.Service tries = TestMesh.with(s, Duration.ofSeconds(5), Duration.ofMillis(100));
      try (TestMesh mesh = new TestMesh(TestMesh.config(tries))) {
        assertEquals("try-timeout", TestClient.get(mesh.port(), "/").reason());
      }
      Await.until("calls are called off", SOON, () -> stopped.connections() == 0);
    }
  }

  @Test
  void outlier_isEjectedAndComesBack() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    OutlierConfig outliers =
        new OutlierConfig(
            5, Duration.ofSeconds(1), 5, 100, 1.9, HALF, Duration.ofSeconds(1), Duration.ZERO, 0.5);
    try (TestServer bad =
            TestServer.answering(
                r -> broken.get() ? TestServer.status(500, "") : TestServer.ok("bad"));
        TestServer good = TestServer.saying("good")) {
      MeshConfig.Service s = TestMesh.service("cars", bad, good);
      MeshConfig.Service service =
          new MeshConfig.Service(
              s.name(), s.endpoints(), s.timeout(), null, 100, s.retries(), null, outliers);
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        Await.until(
            "ejected",
            SOON,
            () -> {
              client.send("GET", "/", "").answer();
              return mesh.mesh.observe().services().getFirst().endpoints().getFirst().ejected();
            });
        int before = bad.requests.size();
        assertEquals(5, before);
        for (int i = 0; i < 50; i++) {
          assertEquals("good", client.send("GET", "/", "").answer().body());
        }
        assertEquals(before, bad.requests.size());
        broken.set(false);
        Await.until("back", SOON, () -> client.send("GET", "/", "").answer().body().equals("bad"));
      }
    }
  }

  @Test
  void cutAnswer_isCutForTheClientToo() throws Exception {
    try (TestServer server =
            TestServer.script(
                c -> {
                  c.next();
                  c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
                });
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      client.send("GET", "/", "");
      assertEquals(200, client.head().status());
      assertEquals("only this", new String(client.in.readAllBytes(), US_ASCII));
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      assertEquals(Reason.RESPONSE_CUT, mesh.seen.getFirst().reason());
    }
  }

  @Test
  void clientThatGoesAway_callsTheRequestOff() throws Exception {
    try (TestServer server = TestServer.script(silent());
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      try (TestClient client = new TestClient(mesh.port())) {
        client.send("GET", "/", "");
        Await.until("at the service", SOON, () -> server.requests.size() == 1);
      }
      Await.until("called off", SOON, () -> server.connections() == 0);
      Await.until("record", SOON, () -> mesh.seen.size() == 1);
      assertEquals(499, mesh.seen.getFirst().status());
      assertEquals(Reason.CLIENT_GONE, mesh.seen.getFirst().reason());
      assertEquals(0, mesh.edge("ingress").inFlight());
    }
  }

  @Test
  void faults_delayAndAbort() throws Exception {
    try (TestServer server = TestServer.saying("ok")) {
      MeshConfig.Service service =
          TestMesh.with(
              TestMesh.with(TestMesh.service("cars", server), TestMesh.retries(1)),
              (BreakerConfig) null);
      try (TestMesh mesh = new TestMesh(TestMesh.config(service), 1);
          TestClient client = new TestClient(mesh.port())) {
        mesh.mesh.faults().put("a", new Fault.Abort("ingress", "cars", 418, 0.5));
        AtomicInteger aborted = new AtomicInteger();
        for (int i = 0; i < 400; i++) {
          TestClient.Answer answer = client.send("GET", "/", "").answer();
          aborted.addAndGet(answer.status() == 418 ? 1 : 0);
        }
        assertTrue(aborted.get() > 120 && aborted.get() < 280, "aborted " + aborted);
        assertEquals(400 - aborted.get(), server.requests.size());
        mesh.mesh.faults().clear();
        mesh.mesh.faults().put("d", new Fault.Delay(Fault.ANY, "cars", Duration.ofMillis(150), 1));
        mesh.mesh.faults().put("other", new Fault.Abort("bookings", "cars", 500, 1));
        long before = System.nanoTime();
        assertEquals("ok", client.send("GET", "/", "").answer().body());
        assertTrue(System.nanoTime() - before >= 150_000_000L);
        mesh.mesh.faults().remove("d");
        mesh.mesh.faults().put("s", new Fault.SlowEndpoint("cars", "e0", Duration.ofMillis(150)));
        before = System.nanoTime();
        assertEquals("ok", client.send("GET", "/", "").answer().body());
        assertTrue(System.nanoTime() - before >= 150_000_000L);
        mesh.mesh.faults().put("s", new Fault.SlowEndpoint("cars", "e1", Duration.ofSeconds(15)));
        assertEquals("ok", client.send("GET", "/", "").answer().body());
      }
    }
  }

  @Test
  void injectedErrors_openTheBreaker() throws Exception {
    try (TestServer server = TestServer.saying("ok");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)), 1);
        TestClient client = new TestClient(mesh.port())) {
      mesh.mesh.faults().put("a", new Fault.Abort(Fault.ANY, "cars", 500, 1));
      Await.until(
          "open", SOON, () -> client.send("GET", "/", "").answer().reason().equals("breaker-open"));
      assertEquals(Set.of(), Set.copyOf(server.requests));
    }
  }
}
