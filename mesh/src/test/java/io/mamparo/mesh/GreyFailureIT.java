package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of ten backends is broken in a way that a connection check does not see: what clients notice
 * of it, and what it costs the others.
 */
class GreyFailureIT {
  private static final int BACKENDS = 10;
  private static final int REQUESTS = 1_000;

  @TempDir Path directory;
  private final List<TestServer> servers = new ArrayList<>();
  private final AtomicInteger attempts = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);

  @BeforeEach
  void startGoodOnes() throws IOException {
    for (int i = 1; i < BACKENDS; i++) {
      servers.add(
          TestServer.answering(
              r -> {
                attempts.incrementAndGet();
                return TestServer.ok("hi");
              }));
    }
  }

  @AfterEach
  void stop() throws IOException {
    end.countDown();
    for (TestServer server : servers) {
      server.close();
    }
  }

  private MeshConfig.Service service() {
    return TestMesh.service("cars", servers.toArray(TestServer[]::new));
  }

  /** How many of the requests were not answered 200; one client, one connection. */
  private static int errors(int port) throws IOException {
    int errors = 0;
    TestClient client = new TestClient(port);
    try {
      for (int i = 0; i < REQUESTS; i++) {
        TestClient.Answer answer = client.send("GET", "/", "").answer();
        errors += answer.status() == 200 ? 0 : 1;
        if ("close".equals(answer.header("Connection"))) {
          client.close();
          client = new TestClient(port);
        }
      }
    } finally {
      client.close();
    }
    return errors;
  }

  @Test
  @NeedsProgram("haproxy")
  void oneThatFailsAtOnce_isNoticedATenthAsMuchAsBehindHaproxy() throws Exception {
    servers.add(
        TestServer.answering(
            r -> {
              attempts.incrementAndGet();
              return TestServer.status(500, "no");
            }));
    int theirs = haproxy();
    assertTrue(theirs > REQUESTS / 20, "HAProxy shows what is wrong here: " + theirs);
    attempts.set(0);
    try (TestMesh mesh = new TestMesh(TestMesh.config(service()))) {
      int ours = errors(mesh.port());
      assertTrue(ours * 10 <= theirs, "errors: ours " + ours + ", HAProxy's " + theirs);
      assertTrue(attempts.get() <= 1.2 * REQUESTS, "attempts " + attempts);
    }
  }

  @Test
  void oneThatSaysUnavailableAtOnce_isNotNoticedAtAll() throws IOException {
    servers.add(
        TestServer.answering(
            r -> {
              attempts.incrementAndGet();
              return TestServer.status(503, "no");
            }));
    try (TestMesh mesh = new TestMesh(TestMesh.config(service()))) {
      assertEquals(0, errors(mesh.port()));
      assertTrue(attempts.get() <= 1.2 * REQUESTS, "attempts " + attempts);
    }
  }

  @Test
  void oneThatStalls_isNotNoticedExceptAsAPause() throws IOException {
    servers.add(
        TestServer.script(
            c -> {
              while (c.next() != null) {
                attempts.incrementAndGet();
                try {
                  end.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            }));
    MeshConfig.Service patient =
        TestMesh.with(service(), Duration.ofSeconds(10), Duration.ofMillis(250));
    try (TestMesh mesh = new TestMesh(TestMesh.config(patient))) {
      assertEquals(0, errors(mesh.port()));
      assertTrue(attempts.get() <= 1.2 * REQUESTS, "attempts " + attempts);
    }
  }

  @Test
  void aZoneThatIsLost_isNotNoticed() throws IOException {
    servers.add(TestServer.saying("hi"));
    List<MeshConfig.Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < BACKENDS; i++) {
      endpoints.add(
          new MeshConfig.Endpoint(
              "e" + i,
              "127.0.0.1",
              servers.get(i).port(),
              true,
              1,
              null,
              0,
              i < 5 ? "a" : "b",
              null));
    }
    ServicePolicy.Balance here =
        new ServicePolicy.Balance(
            ServicePolicy.Algorithm.LEAST_REQUEST, null, Duration.ZERO, 0.5, "a");
    MeshConfig.Service service =
        MeshConfig.Service.of("cars", endpoints)
            .with(new ServicePolicy(here, false, ServicePolicy.Access.ANY, List.of()));
    try (TestMesh mesh = new TestMesh(TestMesh.config(service))) {
      for (int i = 0; i < 20; i++) {
        assertEquals(200, TestClient.get(mesh.port(), "/").status());
      }
      for (int i = 5; i < BACKENDS; i++) {
        assertEquals(0, servers.get(i).requests.size(), "another zone's is left alone");
      }
      for (int i = 0; i < 5; i++) {
        servers.get(i).close();
      }
      assertEquals(0, errors(mesh.port()));
    }
  }

  private int haproxy() throws IOException, InterruptedException {
    int port = Ports.free();
    StringBuilder text =
        new StringBuilder(
            """
            defaults
              mode http
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            frontend f
              bind 127.0.0.1:%d
              default_backend b
            backend b
            """
                .formatted(port));
    for (int i = 0; i < servers.size(); i++) {
      text.append("  server s%d 127.0.0.1:%d check\n".formatted(i, servers.get(i).port()));
    }
    Path file = Files.writeString(directory.resolve("haproxy.cfg"), text);
    Process process =
        new ProcessBuilder("haproxy", "-db", "-f", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("haproxy.log").toFile())
            .start();
    try {
      Await.until("haproxy listens", Duration.ofSeconds(20), () -> open(port));
      return errors(port);
    } finally {
      process.destroy();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static boolean open(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
