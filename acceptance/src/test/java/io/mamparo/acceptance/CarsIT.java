package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.testkit.Await;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The built-in stack as somebody meets it in the first ten minutes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CarsIT {
  private static RunningStack stack;

  @BeforeAll
  static void up() {
    stack = RunningStack.cars();
  }

  @AfterAll
  static void down() {
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  @Order(1)
  void aCarIsCreatedListedAndBooked() {
    HttpResponse<String> created =
        stack.send(
            "POST",
            stack.ingress("/api/v0.1/car/"),
            """
            {"registration": "ACC-1", "make": "Seat", "model": "Ibiza", "colour": "red", "capacity": 5}\
            """);
    assertEquals(201, created.statusCode(), created.body());
    HttpResponse<String> listed = stack.get(stack.ingress("/api/v0.1/cars/"));
    assertEquals(200, listed.statusCode());
    assertTrue(listed.body().contains("ACC-1"), listed.body());
    HttpResponse<String> booked =
        stack.send(
            "POST",
            stack.ingress("/api/v0.1/booking/"),
            """
            {"username": "ada", "car_registration": "ACC-1", "pickup": "2027-01-01T09:00:00Z",
             "drop-off": "2027-01-03T09:00:00Z", "title": "Weekend", "description": "To the sea"}\
            """);
    assertEquals(201, booked.statusCode(), booked.body());
    String id = RunningStack.json(booked.body()).get("id").asText();
    assertEquals(
        200, stack.get(stack.ingress("/api/v0.1/booking/" + id)).statusCode(), booked.body());
    assertEquals(
        200,
        stack
            .send("PATCH", stack.ingress("/api/v0.1/admin/booking/approve/" + id), "{}")
            .statusCode());
    HttpResponse<String> missing = stack.get(stack.ingress("/api/v0.1/car/NO-SUCH"));
    assertEquals(404, missing.statusCode());
    assertTrue(RunningStack.json(missing.body()).hasNonNull("error"), missing.body());
  }

  @Test
  @Order(2)
  void psqlReachesTheDatabaseThroughTheProxyWithWhatEnvPrints() {
    Map<String, String> env = stack.env();
    assertEquals(Integer.toString(stack.port(6432)), env.get("PGPORT"));
    Command.Result psql =
        Command.run(
            Duration.ofSeconds(60),
            env,
            List.of(
                "psql",
                "-X",
                "-At",
                "-c",
                "select registration from car where registration = 'ACC-1'"));
    assertEquals("ACC-1", psql.mustSucceed().output().strip());
  }

  @Test
  @Order(3)
  void statusAgreesWithWhatRuns() {
    JsonNode status = stack.status();
    assertEquals("cars", status.get("stack").asText());
    assertTrue(status.get("ready").asBoolean(), status.toString());
    List<String> kinds = new ArrayList<>();
    for (JsonNode resource : status.get("resources")) {
      kinds.add(resource.get("kind").asText());
      assertTrue(resource.get("ready").asBoolean(), resource.toString());
      assertTrue(
          resource.has("desired") && resource.has("observed") && resource.has("reason"),
          resource.toString());
    }
    assertTrue(kinds.containsAll(List.of("service", "database")), kinds.toString());
    List<Long> pids = status.findValues("pid").stream().map(JsonNode::asLong).toList();
    assertTrue(pids.size() >= 5, "four replicas and a database: " + status);
    for (long pid : pids) {
      assertTrue(
          ProcessHandle.of(pid).isPresent(), "status names pid " + pid + ", which is not running");
    }
  }

  @Test
  @Order(4)
  void oneTraceLeadsFromTheIngressToTheStatement() {
    String traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    Await.until(
        "a trace with both services and a statement",
        Duration.ofSeconds(60),
        () -> {
          stack.http.send(
              java.net.http.HttpRequest.newBuilder(stack.ingress("/api/v0.1/car/ACC-1"))
                  .header("traceparent", "00-" + traceId + "-00f067aa0ba902b7-01")
                  .build(),
              HttpResponse.BodyHandlers.ofString());
          HttpResponse<String> trace = stack.get(stack.control("/v1/traces/" + traceId));
          return trace.statusCode() == 200
              && trace.body().contains("\"cars\"")
              && trace.body().toLowerCase(java.util.Locale.ROOT).contains("select");
        });
  }

  @Test
  @Order(5)
  void prometheusAcceptsTheMetrics() throws Exception {
    HttpResponse<String> metrics = stack.get(stack.control("/metrics"));
    assertEquals(200, metrics.statusCode());
    java.nio.file.Path file = stack.home.resolve("metrics.txt");
    java.nio.file.Files.writeString(file, metrics.body());
    Command.run(
            Duration.ofSeconds(60),
            Map.of(),
            List.of("sh", "-c", "promtool check metrics < '" + file + "'"))
        .mustSucceed();
    assertTrue(metrics.body().contains("mamparo_requests_total"), "no request counter");
  }

  @Test
  @Order(6)
  void afterKillNineTheNextUpAdoptsWhatRuns() {
    List<Long> before = replicaPids();
    long server = RunningStack.json(read(stack.data.resolve("control.json"))).get("pid").asLong();
    ProcessHandle.of(server).orElseThrow().destroyForcibly();
    // At once, as in the README: the process may still be ending.
    stack.up().mustSucceed();
    assertEquals(before, replicaPids(), "running services are adopted, not restarted");
    assertEquals(200, stack.get(stack.ingress("/api/v0.1/car/ACC-1")).statusCode());
    assertNotEquals(
        server, RunningStack.json(read(stack.data.resolve("control.json"))).get("pid").asLong());
  }

  @Test
  @Order(7)
  void downLeavesNothingBehind() {
    stack.mamparo("down").mustSucceed();
    assertEquals(List.of(), stack.processes());
    assertEquals(List.of(), stack.portsInUse());
    Command.Result status = stack.mamparo("status");
    assertNotEquals(0, status.exit(), status.output());
    stack.up().mustSucceed();
    assertEquals(
        200,
        stack.get(stack.ingress("/api/v0.1/car/ACC-1")).statusCode(),
        "what was stored before is there after the next up");
  }

  private static List<Long> replicaPids() {
    return stack.status().findValues("pid").stream().map(JsonNode::asLong).sorted().toList();
  }

  private static String read(java.nio.file.Path file) {
    try {
      return java.nio.file.Files.readString(file);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Order(8)
  void aSecondStackBesideItHasNothingInCommonWithIt() {
    String car =
        """
        {"registration": "ACC-2", "make": "Seat", "model": "Ibiza", "colour": "red", "capacity": 5}
        """;
    try (RunningStack other = RunningStack.cars()) {
      assertEquals(201, other.send("POST", other.ingress("/api/v0.1/car/"), car).statusCode());
      assertEquals(200, other.get(other.ingress("/api/v0.1/car/ACC-2")).statusCode());
      assertEquals(404, stack.get(stack.ingress("/api/v0.1/car/ACC-2")).statusCode());
      other.mamparo("down").mustSucceed();
      assertEquals(List.of(), other.processes());
    }
    assertEquals(200, stack.get(stack.ingress("/api/v0.1/car/ACC-1")).statusCode());
    assertTrue(stack.status().get("ready").asBoolean(), "the first one runs on");
  }
}
