package io.mamparo.load.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mamparo.load.HttpLoad;
import io.mamparo.load.HttpRequest;
import io.mamparo.load.Load;
import io.mamparo.load.LoadReport;
import io.mamparo.load.LoadRun;
import io.mamparo.load.Pace;
import io.mamparo.load.ReportJson;
import io.mamparo.load.ReportText;
import io.mamparo.testkit.Await;
import io.mamparo.testkit.Ports;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HttpLoadIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static HttpLoad load(URI base, double rate, long ms, long timeoutMs, int inFlight) {
    return new HttpLoad(
        "test",
        Pace.constant(rate, Duration.ofMillis(ms)),
        base,
        List.of(HttpRequest.get("/")),
        Duration.ofMillis(timeoutMs),
        inFlight,
        false);
  }

  @Test
  void everyRequest_isSentOnceAndCounted() throws Exception {
    Set<String> lines = ConcurrentHashMap.newKeySet();
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              lines.add(line);
              FakeServer.answer(socket, line.startsWith("POST") ? 409 : 200);
              return true;
            })) {
      HttpLoad load =
          new HttpLoad(
              "cars",
              Pace.poisson(300, Duration.ofSeconds(2), 7),
              server.uri(),
              List.of(
                  HttpRequest.get("/car/{seq}").withWeight(3),
                  HttpRequest.of("POST", "/car/", "{\"id\": {random:50}}").accepting(409)),
              Duration.ofSeconds(5),
              64,
              false);
      LoadReport report = Load.http(load).start().await();
      assertEquals(600, (int) report.sent(), 100);
      assertEquals(report.sent(), report.ok(), report.toString());
      assertEquals(0, report.failed());
      assertEquals(report.sent(), server.requests.get());
      assertEquals(report.sent(), report.statuses().values().stream().mapToLong(n -> n).sum());
      assertEquals(report.requests().get(0).ok(), report.statuses().get("200"));
      assertEquals(report.requests().get(1).ok(), report.statuses().get("409"));
      assertEquals(0.75, report.requests().get(0).ok() / (double) report.sent(), 0.08);
      assertEquals(report.requests().get(0).ok() + 1, lines.size(), "every seq is another path");
      assertTrue(report.connectionsOpened() <= 64);
      assertEquals(server.connections.get(), report.connectionsOpened());
      assertEquals(report.sent(), report.timeline().stream().mapToLong(s -> s.sent()).sum());
      JsonNode json = new ObjectMapper().readTree(ReportJson.of(report));
      assertEquals(report.sent(), json.get("sent").asLong());
      assertEquals(report.latencyMs().p99(), json.get("latencyMs").get("p99").asDouble());
      assertTrue(ReportText.of(report).contains("failed 0 (0.000 %)"));
    }
  }

  @Test
  void aStall_showsInEveryRequestThatShouldHaveStartedMeanwhile() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              if (number >= 20) {
                go.await();
              }
              FakeServer.answer(socket, 200);
              return true;
            })) {
      // With 4 connections, 4 requests are stuck and the others wait for a slot, in their own time.
      LoadRun run = Load.http(load(server.uri(), 100, 1_500, 10_000, 4)).start();
      Await.until("a second has passed in the stall", SOON, () -> run.snapshot().sent() >= 120);
      go.countDown();
      LoadReport report = run.await();
      assertEquals(150, report.ok());
      assertTrue(report.latencyMs().p50() > 200, report.latencyMs().toString());
      assertTrue(report.latencyMs().max() >= 950, report.latencyMs().toString());
    }
  }

  @Test
  void nobodyThere_isNoConnection() throws Exception {
    URI nobody = URI.create("http://127.0.0.1:" + Ports.free());
    LoadReport report = Load.http(load(nobody, 100, 300, 1_000, 8)).start().await();
    assertEquals(Map.of("no connection", 30L), report.errors());
    assertEquals(30, report.failed());
    assertEquals(0, report.connectionsOpened());
  }

  @Test
  void noAnswer_isATimeoutAndTheConnectionIsGivenUp() throws Exception {
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              if (number % 2 == 0) {
                FakeServer.answer(socket, 200);
              }
              return true;
            })) {
      LoadReport report = Load.http(load(server.uri(), 50, 400, 300, 64)).start().await();
      assertEquals(Map.of("timeout", 10L), report.errors());
      assertEquals(10, report.ok());
      assertEquals(0, report.connectionsDropped(), "the peer dropped none");
      assertEquals(300, report.latencyMs().max(), 100);
    }
  }

  @Test
  void noSlotInTime_isAFailureAndSaidSo() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              never.await();
              return false;
            })) {
      LoadReport report = Load.http(load(server.uri(), 1000, 100, 200, 2)).start().await();
      assertEquals(100, report.failed());
      assertTrue(
          report.errors().getOrDefault("no free slot", 0L) >= 20, report.errors().toString());
      assertTrue(report.errors().getOrDefault("timeout", 0L) >= 2, report.errors().toString());
      never.countDown();
    }
  }

  @Test
  void aConnectionDroppedInARequest_isAFailure() throws Exception {
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              if (number % 10 == 9) {
                return false;
              }
              FakeServer.answer(socket, 200);
              return true;
            })) {
      LoadReport report = Load.http(load(server.uri(), 200, 1_000, 2_000, 1)).start().await();
      assertEquals(Map.of("connection closed", 20L), report.errors());
      assertEquals(20, report.connectionsDropped());
      assertEquals(180, report.ok());
    }
  }

  @Test
  void aConnectionClosedWhileIdle_isReplacedWithoutAFailure() throws Exception {
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              FakeServer.answer(socket, 200);
              // Closed at once after every answer, without having said so.
              return false;
            })) {
      LoadReport report = Load.http(load(server.uri(), 20, 1_000, 2_000, 1)).start().await();
      assertEquals(20, report.ok(), report.errors().toString());
      assertEquals(20, report.connectionsOpened());
      assertEquals(0, report.connectionsDropped());
    }
  }

  @Test
  void badAnswers_areFailures() throws Exception {
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              switch (number % 3) {
                case 0 -> FakeServer.answer(socket, 503);
                case 1 -> FakeServer.answer(socket, 404);
                default ->
                    socket
                        .getOutputStream()
                        .write("what?\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
              }
              return true;
            })) {
      LoadRun run = Load.http(load(server.uri(), 60, 1_000, 2_000, 1)).start();
      LoadReport report = run.await();
      assertEquals(Map.of("503", 20L, "404", 20L), report.statuses());
      assertEquals(Map.of("protocol error", 20L), report.errors());
      assertEquals(60, report.failed());
      assertEquals(60, run.failures().size());
      assertEquals("503", run.failures().getFirst().why());
      assertEquals(-1, run.firstSuccessFrom(0));
    }
  }

  @Test
  void stop_endsALoadWithoutEnd() throws Exception {
    try (FakeServer server =
        new FakeServer(
            (number, line, socket) -> {
              FakeServer.answer(socket, 200);
              return true;
            })) {
      HttpLoad endless =
          HttpLoad.of(
              "visitor", Pace.constant(50, Pace.UNTIL_STOPPED), server.uri(), HttpRequest.get("/"));
      LoadRun run = Load.http(endless).start();
      Await.until("it runs", SOON, () -> run.snapshot().ok() > 10);
      assertTrue(ReportText.progress(run.snapshot()).contains("visitor"));
      run.stop();
      LoadReport report = run.await();
      assertEquals(report.sent(), report.ok());
      assertEquals(report.sent(), server.requests.get());
      assertTrue(!run.snapshot().sending());
    }
  }
}
