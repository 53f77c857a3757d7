package io.mamparo.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import io.mamparo.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ChangeIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void weights_shareRequests() throws Exception {
    try (TestServer a = TestServer.saying("a");
        TestServer b = TestServer.saying("b");
        TestMesh mesh = new TestMesh(split(a, b, 95, 5), 1);
        TestClient client = new TestClient(mesh.port())) {
      int few = 0;
      for (int i = 0; i < 2000; i++) {
        few += client.send("GET", "/", "").answer().body().equals("b") ? 1 : 0;
      }
      assertTrue(few > 50 && few < 170, "5 % of 2000 were " + few);
      mesh.mesh.apply(split(a, b, 0, 1));
      for (int i = 0; i < 50; i++) {
        assertEquals("b", client.send("GET", "/", "").answer().body());
      }
    }
  }

  private static MeshConfig split(TestServer a, TestServer b, int toA, int toB) {
    return new MeshConfig(
        List.of(TestMesh.ingress()),
        List.of(TestMesh.service("a", a), TestMesh.service("b", b)),
        List.of(
            new MeshConfig.Route(
                "split",
                null,
                "/*",
                Map.of(),
                List.of(new MeshConfig.Target("a", toA), new MeshConfig.Target("b", toB)))),
        MeshConfig.Limits.DEFAULT);
  }

  @Test
  void requestUnderWay_isLeftAloneWhenItsEndpointGoes() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (TestServer old =
            TestServer.answering(
                r -> {
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return TestServer.ok("old");
                });
        TestServer young = TestServer.saying("young");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", old)));
        TestClient client = new TestClient(mesh.port());
        TestClient next = new TestClient(mesh.port())) {
      client.send("GET", "/", "");
      Await.until("at the service", SOON, () -> old.requests.size() == 1);
      MeshConfig.Endpoint other =
          new MeshConfig.Endpoint("other", "127.0.0.1", young.port(), true, 1, "v2");
      mesh.mesh.apply(TestMesh.config(MeshConfig.Service.of("cars", List.of(other))));
      assertEquals("young", next.send("GET", "/", "").answer().body());
      go.countDown();
      assertEquals("old", client.answer().body());
      Await.until("the old connection goes", SOON, () -> old.connections() == 0);
      assertEquals("young", client.send("GET", "/", "").answer().body());
    }
  }

  /** Endpoints, weights, health and time-outs change all the time while requests run. */
  @Test
  void changesUnderLoad_failNoRequest() throws Exception {
    try (TestServer a = TestServer.answering(r -> TestServer.ok(r.line()));
        TestServer b = TestServer.answering(r -> TestServer.ok(r.line()));
        TestServer c = TestServer.answering(r -> TestServer.ok(r.line()));
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", a, b)))) {
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong done = new AtomicLong();
      Queue<String> wrong = new ConcurrentLinkedQueue<>();
      List<Thread> threads = new ArrayList<>();
      int port = mesh.port();
      for (int i = 0; i < 8; i++) {
        threads.add(Thread.startVirtualThread(() -> load(port, stop, done, wrong)));
      }
      TestServer[][] sets = {{a, b}, {b, c}, {c}, {a, b, c}, {c, a}};
      for (int i = 0; i < 200; i++) {
        mesh.mesh.apply(TestMesh.config(TestMesh.service("s" + i % 2, a), named(sets[i % 5])));
        long at = done.get();
        Await.until("some requests", SOON, () -> done.get() > at + 5);
      }
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(List.of(), List.copyOf(wrong));
      assertTrue(done.get() > 1000);
    }
  }

  /** The service under one name, with an endpoint for each server that keeps its id. */
  private static MeshConfig.Service named(TestServer... servers) {
    List<MeshConfig.Endpoint> endpoints = new ArrayList<>();
    for (TestServer server : servers) {
      endpoints.add(server.endpoint("port-" + server.port()));
    }
    return MeshConfig.Service.of("cars", endpoints);
  }

  private static void load(int port, AtomicBoolean stop, AtomicLong done, Queue<String> wrong) {
    try (TestClient client = new TestClient(port)) {
      while (!stop.get()) {
        String path = "/cars/" + done.incrementAndGet();
        TestClient.Answer answer = client.send("POST", path, "body").answer();
        if (answer.status() != 200 || !answer.body().equals("POST " + path + " HTTP/1.1")) {
          wrong.add(path + " " + answer);
          return;
        }
      }
    } catch (IOException e) {
      wrong.add(e.toString());
    }
  }

  @Test
  void listeners_comeAndGo() throws Exception {
    try (TestServer server = TestServer.saying("ok");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)));
        TestClient client = new TestClient(mesh.port())) {
      int port = mesh.port();
      assertEquals("ok", client.send("GET", "/", "").answer().body());
      MeshConfig.Listener edge =
          new MeshConfig.Listener(
              "e", TestMesh.anyPort(), new MeshConfig.Kind.Edge("bookings", "cars"));
      MeshConfig before = TestMesh.config(TestMesh.service("cars", server));
      mesh.mesh.apply(
          new MeshConfig(List.of(edge), before.services(), before.routes(), before.limits()));
      assertEquals("ok", TestClient.get(mesh.mesh.port("e"), "/").body());
      assertEquals(-1, mesh.mesh.port("ingress"));
      assertThrows(IOException.class, () -> new TestClient(port).close());
      TestClient.Answer last = client.send("GET", "/", "").answer();
      assertEquals("draining", last.reason());
    }
  }

  @Test
  void takenAddress_isAProblemAndChangesNothing() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TestServer server = TestServer.saying("ok");
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)))) {
      MeshConfig before = TestMesh.config(TestMesh.service("cars", server));
      MeshConfig.Listener clash =
          new MeshConfig.Listener(
              "clash",
              new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort()),
              new MeshConfig.Kind.Ingress());
      MeshConfig next =
          new MeshConfig(List.of(TestMesh.ingress(), clash), List.of(), List.of(), before.limits());
      assertThrows(Problem.class, () -> mesh.mesh.apply(next));
      assertEquals("ok", TestClient.get(mesh.port(), "/").body());
      assertEquals(-1, mesh.mesh.port("clash"));
    }
  }

  @Test
  void drain_letsRequestsEnd() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (TestServer server =
            TestServer.answering(
                r -> {
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return TestServer.ok("done");
                });
        // One loop: what the idle client hears holds for the busy one, too.
        TestMesh mesh = new TestMesh(TestMesh.config(TestMesh.service("cars", server)), 1);
        TestClient idle = new TestClient(mesh.port());
        TestClient busy = new TestClient(mesh.port())) {
      busy.send("GET", "/", "");
      Await.until("at the service", SOON, () -> server.requests.size() == 1);
      Thread closing = Thread.startVirtualThread(() -> mesh.mesh.close(SOON));
      assertTrue(idle.closed());
      go.countDown();
      TestClient.Answer answer = busy.answer();
      assertEquals("done", answer.body());
      assertEquals("close", answer.header("Connection"));
      closing.join();
    }
  }
}
