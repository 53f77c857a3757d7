package io.mamparo.gameday;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.kernel.Problem;
import io.mamparo.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GameDayRunIT {
  private static final String DAY =
      """
      gameday: cars fails half of the time
      description: Half of the answers are errors; then one replica stops.
      warm-up: 1s
      duration: 9s
      prepare:
        - {method: POST, path: /prepare, body: "{}", accept: [409], times: 10}
      load:
        - {name: browse, rate: 50/s, http: {requests: [GET /cars]}}
      faults:
        - {name: errors, at: 2s, for: 2s, abort: {from: ingress, to: cars, percent: 50%}}
        - {name: freeze, at: 5s, stop-replica: {service: cars}}
      expect:
        - failures: {load: browse, at-most: 0%, to: 2s}
        - failures: {load: browse, at-most: 1%}
        - latency-back: {load: browse, at-most: 250ms, within: 2s, after: freeze}
        - breaker: {from: ingress, to: cars, goes-through: [open, half-open, closed]}
        - budget: {service: cars, spends-at-least: 10%}
        - ready: {service: cars, within: 3s, after: freeze}
      """;

  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  @Test
  void aGameDay_breaksMendsJudgesAndReports() throws Exception {
    try (FakeStack stack = new FakeStack()) {
      GameDay day = GameDay.parse("day.yaml", DAY).orThrow();
      Verdict verdict = new GameDayRun(day, stack.control(), lines::add).run();
      List<Boolean> held = verdict.judged().stream().map(j -> j.held()).toList();
      assertEquals(
          List.of(true, false, true, true, true, false), held, verdict.judged().toString());
      assertFalse(verdict.passed());
      assertEquals("cars fails half of the time: FAILED, 4 of 6 expectations held", verdict.text());
      assertTrue(stack.faults.isEmpty());
      assertEquals(10, stack.prepared.get());
      assertEquals(500, stack.requests.get(), 100);
      assertEquals("DELETE /v1/faults", stack.calls.get(stack.calls.size() - 2));
      assertEquals("POST /v1/gamedays", stack.calls.getLast());

      JsonNode kept = stack.verdicts.getFirst();
      assertEquals(false, kept.path("verdict").path("passed").asBoolean());
      assertEquals(4, kept.path("verdict").path("held").asInt());
      assertEquals(2, kept.path("verdict").path("faults").size());
      assertEquals(2, kept.path("verdict").path("faults").get(0).path("begun").asDouble(), 1.0);
      String html = kept.path("html").asText();
      assertTrue(html.contains("<svg"), html);
      assertTrue(html.contains("p99 back to at most 250 ms within 2 s after freeze"));
      assertFalse(html.contains("http://"), "nothing from elsewhere");
      assertFalse(html.contains(FakeStack.TOKEN));
      assertTrue(lines.stream().anyMatch(line -> line.contains("fault errors begins: abort")));
      assertTrue(
          lines.stream().anyMatch(line -> line.contains("breaker from ingress to cars is open")));
      assertTrue(lines.stream().anyMatch(line -> line.contains("cars: 1 of 2 replicas healthy")));
      assertTrue(lines.getLast().endsWith("/v1/gamedays/g1/report.html"), lines.getLast());
    }
  }

  @Test
  void aFaultThatCannotBegin_isAProblemAndTheOthersAreMended() throws Exception {
    try (FakeStack stack = new FakeStack()) {
      GameDay day =
          GameDay.parse(
                  "day.yaml",
                  DAY.replace("stop-replica: {service: cars}", "stop-replica: {service: nobody}"))
              .orThrow();
      Problem problem =
          assertThrows(Problem.class, () -> new GameDayRun(day, stack.control(), lines::add).run());
      assertTrue(problem.forUser().contains("service nobody: there is none"));
      assertEquals("see status", problem.remedy());
      assertTrue(stack.faults.isEmpty());
      assertEquals("DELETE /v1/faults", stack.calls.getLast());
      assertTrue(stack.verdicts.isEmpty());
    }
  }

  @Test
  void nobodyThere_isAProblem() {
    GameDay day = GameDay.parse("day.yaml", DAY).orThrow();
    ControlPoint nobody = new ControlPoint("127.0.0.1:1", "t");
    assertThrows(Problem.class, () -> new GameDayRun(day, nobody, lines::add).run());
  }

  @Test
  void ctrlC_mendsEverything(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("day.yaml");
    Files.writeString(file, DAY.replace("duration: 9s", "duration: 5m").replace("for: 2s, ", ""));
    try (FakeStack stack = new FakeStack()) {
      Process process =
          // A shell that runs tests in the background has them ignore SIGINT: undo that.
          new ProcessBuilder(
                  "env",
                  "--default-signal=INT",
                  ProcessHandle.current().info().command().orElse("java"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  GameDayMain.class.getName(),
                  stack.address(),
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("out").toFile())
              .start();
      try {
        Await.until("a fault is in force", Duration.ofSeconds(60), () -> !stack.faults.isEmpty());
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertTrue(stack.faults.isEmpty(), Files.readString(directory.resolve("out")));
        assertTrue(stack.calls.contains("DELETE /v1/faults"));
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
