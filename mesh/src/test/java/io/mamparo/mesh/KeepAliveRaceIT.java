package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.breaker.BreakerState;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A server that closes kept connections when it pleases, so that requests and farewells cross on
 * their way. Play one run again with {@code -Dmamparo.seed=N}.
 */
class KeepAliveRaceIT {
  private static final int CLIENTS = 6;
  private static final int REQUESTS = 700;
  private static final int LATEST_NANOS = 1_500_000;
  private static final List<String> KINDS = List.of("GET", "PUT", "DELETE", "POST", "HEAD");

  /** Answers with what it got, and closes a third of its connections some time after an answer. */
  private static TestServer impatient(long seed, AtomicInteger closed) throws IOException {
    return TestServer.script(
        c -> {
          Random random = new Random(seed + c.number);
          for (TestServer.Request r = c.next(); r != null; r = c.next()) {
            String method = r.line().substring(0, r.line().indexOf(' '));
            String answer = TestServer.ok(method + " " + r.body().length);
            c.send(
                method.equals("HEAD") ? answer.substring(0, answer.lastIndexOf('\n') + 1) : answer);
            if (random.nextInt(3) == 0) {
              LockSupport.parkNanos(random.nextInt(LATEST_NANOS));
              closed.incrementAndGet();
              return;
            }
          }
        });
  }

  private static void client(int port, long seed, ConcurrentLinkedQueue<String> failures) {
    Random random = new Random(seed);
    try (TestClient client = new TestClient(port)) {
      for (int i = 0; i < REQUESTS; i++) {
        String method = KINDS.get(random.nextInt(KINDS.size()));
        boolean body = method.startsWith("P");
        int length = body ? 1 + random.nextInt(3_000) : 0;
        String[] headers =
            method.equals("POST") ? new String[] {"Idempotency-Key: " + i} : new String[0];
        client.send(method, "/" + i, "x".repeat(length), headers);
        TestClient.Answer answer = client.answer(method.equals("HEAD"));
        String expected = method.equals("HEAD") ? "" : method + " " + length;
        if (answer.status() != 200 || !answer.body().equals(expected)) {
          failures.add(method + " " + i + ": " + answer);
        }
      }
    } catch (IOException | RuntimeException e) {
      failures.add(e.toString());
    }
  }

  @Test
  void replaySafeRequests_neverFail_howeverKeptConnectionsEnd() throws Exception {
    long seed = Objects.requireNonNullElse(Long.getLong("mamparo.seed"), System.nanoTime());
    AtomicInteger closed = new AtomicInteger();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    try (TestServer one = impatient(seed, closed);
        TestServer two = impatient(-seed, closed);
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", one, two)))) {
      CompletableFuture<?>[] clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(
                  i ->
                      CompletableFuture.runAsync(
                          () -> client(mesh.port(), seed + i, failures),
                          task -> Thread.ofVirtual().start(task)))
              .toArray(CompletableFuture[]::new);
      CompletableFuture.allOf(clients).get(120, TimeUnit.SECONDS);
      assertEquals(List.of(), List.copyOf(failures), "-Dmamparo.seed=" + seed);
      Await.until(
          "all are recorded", Duration.ofSeconds(20), () -> mesh.seen.size() == CLIENTS * REQUESTS);
      MeshSnapshot.Edge edge = mesh.edge("ingress");
      assertTrue(edge.reconnects() > 20, "no race has been run: " + edge + ", closed " + closed);
      assertEquals(BreakerState.CLOSED, Objects.requireNonNull(edge.breaker()).state());
      assertTrue(
          mesh.mesh.observe().services().getFirst().endpoints().stream()
              .noneMatch(MeshSnapshot.Endpoint::ejected));
      assertTrue(mesh.seen.stream().allMatch(s -> s.status() == 200 && s.reason() == Reason.NONE));
    }
  }
}
