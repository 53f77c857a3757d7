package io.mamparo.gameday;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import io.mamparo.load.Arrival;
import io.mamparo.model.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GameDayFileTest {
  private static final String GOOD =
      """
      gameday: everything at once
      description: |
        Says why.
      warm-up: 3s
      duration: 40s
      seed: 7
      prepare:
        - {method: POST, path: /car/, body: '{"n": {seq}}', accept: [409], times: 20}
      load:
        - name: browse
          rate: 200/s
          arrival: constant
          timeout: 2s
          http:
            requests:
              - GET /cars/
              - {method: PUT, path: "/car/{random:20}", body: "{}", weight: 3, headers: {X-A: b}}
        - name: statements
          rate: 50/s
          in-flight: 4
          sql: {database: cars, statements: [select 1, {sql: "select {seq}", weight: 2}]}
      faults:
        - {at: 5s, kill-replica: {service: cars}}
        - {name: freeze, at: 10s, for: 8s, stop-replica: {service: cars, replica: 1}}
        - {name: errors, at: 20s, for: 5s, abort: {from: ingress, to: bookings, status: 500, percent: 50%}}
        - {at: 30s, exhaust-pool: {service: bookings, hold: 5s}}
      expect:
        - failures: {load: browse, at-most: 0.1%}
        - latency: {load: browse, percentile: p99.9, at-most: 250ms, from: 1s, to: 4s}
        - latency-back: {load: browse, at-most: 250ms, within: 5s, after: freeze}
        - unmoved: {load: browse, by-less-than: 20%, floor: 3ms, from: 30s, baseline: {from: 0s, to: 5s}}
        - connections-kept: {load: statements}
        - success-again: {load: statements, database: cars, within: 2s, after: errors}
        - ready: {service: cars, within: 20s, after: kill-replica}
        - breaker: {from: ingress, to: bookings, goes-through: [open, half-open, closed]}
        - budget: {service: bookings, spends-at-least: 1%}
      """;

  private static List<String> findings(String text) {
    return GameDay.parse("day.yaml", text).findings().stream().map(Finding::toString).toList();
  }

  @Test
  void everything_isRead() {
    GameDay day = GameDay.parse("day.yaml", GOOD).orThrow();
    assertEquals("everything at once", day.name());
    assertEquals("Says why.\n", day.description());
    assertEquals(Duration.ofSeconds(3), day.warmUp());
    assertEquals(7, day.seed());
    assertEquals(20, day.preparations().getFirst().times());
    assertTrue(day.preparations().getFirst().request().succeeded(409));
    LoadPlan browse = day.loads().get(0);
    assertEquals(200, browse.perSecond());
    assertEquals(Arrival.CONSTANT, browse.arrival());
    LoadPlan.Http http = assertInstanceOf(LoadPlan.Http.class, browse.target());
    assertEquals("GET /cars/", http.requests().get(0).name());
    assertEquals(3, http.requests().get(1).weight());
    assertEquals(
        Map.of("X-A", "b", "Content-Type", "application/json"), http.requests().get(1).headers());
    LoadPlan.Sql sql = assertInstanceOf(LoadPlan.Sql.class, day.loads().get(1).target());
    assertEquals(2, sql.statements().get(1).weight());
    assertEquals(4, day.loads().get(1).inFlight());
    assertEquals(FaultKind.KILL_REPLICA, day.faults().get(0).kind());
    assertEquals(Map.of("service", "cars"), day.faults().get(0).parameters());
    assertEquals(
        Map.of("from", "ingress", "to", "bookings", "status", 500, "percent", "50%"),
        day.faults().get(2).parameters());
    assertEquals(Duration.ofSeconds(40), day.faults().get(3).until(day.duration()));
    assertEquals(9, day.expectations().size());
    assertEquals(
        new Expectation.Failures(
            "browse", 0.001, new Window(Duration.ZERO, Duration.ofSeconds(40))),
        day.expectations().get(0));
    assertEquals("browse: p99.9 at most 250 ms, 1 s to 4 s", day.expectations().get(1).text());
    assertEquals(
        "browse: p99 rises by less than 20 % (rises below 3 ms are noise), 30 s to 40 s against 0 s"
            + " to 5 s",
        day.expectations().get(3).text());
  }

  @Test
  void unmovedWhileFaultsLast_comparesWithTheTimesBetweenThem() {
    String text =
        GOOD.replace("from: 30s, baseline: {from: 0s, to: 5s}", "while: [exhaust-pool, freeze]");
    assertEquals(
        "browse: p99 rises by less than 20 % (rises below 3 ms are noise), 30 s to 40 s, 10 s to"
            + " 18 s against 0 s to 10 s, 18 s to 30 s",
        GameDay.parse("day.yaml", text).orThrow().expectations().get(3).text());
    assertEquals(
        List.of("day.yaml:31:67: there is no fault \"freez\"; did you mean \"freeze\"?"),
        findings(text.replace("[exhaust-pool, freeze]", "[exhaust-pool, freez]")));
    assertEquals(
        List.of("day.yaml:31:67: while takes a list of faults"),
        findings(text.replace("[exhaust-pool, freeze]", "[]")));
    assertEquals(
        List.of(
            "day.yaml:31:97: while says it already: the faults' own times, against those between"
                + " them"),
        findings(text.replace("freeze]}", "freeze], from: 1s}")));
    assertEquals(
        List.of(
            "day.yaml:31:67: these faults last all the game day; there is no calm to compare with"),
        findings(text.replace("at: 30s, exhaust-pool", "at: 0s, exhaust-pool")));
  }

  @Test
  void everyMistake_isToldWithItsPlaceAndTheNearestKey() {
    assertEquals(
        List.of(
            "day.yaml:1:1: the game day has no key gameday",
            "day.yaml:1:1: unknown key \"nam\" in the game day",
            "day.yaml:2:11: duration of the game day: expected a duration such as 250ms, 2s, 10m, 1h or 7d",
            "day.yaml:4:5: a load has no key name",
            "day.yaml:4:5: unknown key \"nmae\" in a load; did you mean \"name\"?",
            "day.yaml:5:11: rate of a load: expected a rate such as 10/s, 90/m or 5/h",
            "day.yaml:8:11: expected a request such as GET /cars/",
            "day.yaml:10:5: a fault needs one of: kill-replica, stop-replica, slow-replica,"
                + " kill-database, stop-database, slow-database, delay, abort, exhaust-pool",
            "day.yaml:10:14: unknown key \"kill-replika\" in a fault; did you mean \"kill-replica\"?",
            "day.yaml:11:28: stop-replica of a fault has no key service",
            "day.yaml:12:19: kill-database is over at once and takes no for",
            "day.yaml:14:15: failures of an expectation has no key at-most",
            "day.yaml:14:22: there is no load \"brows\"",
            "day.yaml:15:26: there is no load \"browse\"",
            "day.yaml:15:67: there is no fault \"freez\"",
            "day.yaml:16:45: goes-through takes a list of open, half-open and closed"),
        findings(
            """
            nam: x
            duration: 20
            load:
              - nmae: browse
                rate: 200
                http:
                  requests:
                    - nonsense
            faults:
              - {at: 1s, kill-replika: {service: cars}}
              - {at: 1s, stop-replica: {replica: 0}}
              - {at: 2s, for: 3s, kill-database: {database: cars}}
            expect:
              - failures: {load: brows}
              - latency-back: {load: browse, at-most: 1ms, within: 5s, after: freez}
              - breaker: {from: a, to: b, goes-through: [opened]}
            """));
  }

  @Test
  void windowsAndFaultsBeyondTheEnd_areRefused() {
    String text =
        GOOD.replace("from: 1s, to: 4s", "from: 9s, to: 4s")
            .replace("at: 30s", "at: 41s")
            .replace("within: 20s", "within: 36s");
    List<String> all = findings(text);
    assertEquals(3, all.size(), all.toString());
    assertTrue(all.get(0).contains("at is not before the end of the game day"), all.get(0));
    assertTrue(all.get(1).contains("from is not before to"), all.get(1));
    assertTrue(all.get(2).contains("within reaches beyond the end"), all.get(2));
  }

  @Test
  void textThatIsNotYaml_isAFindingToo() {
    assertTrue(
        findings("gameday: [").getFirst().startsWith("day.yaml:"),
        findings("gameday: [").toString());
    assertEquals(List.of("day.yaml:1:1: the file is empty"), findings(""));
    assertTrue(findings("- a").toString().contains("takes keys"), findings("- a").toString());
    assertTrue(findings("\0").toString().contains("not YAML"), findings("\0").toString());
  }

  @Test
  void theExamples_areGameDaysOfAtLeast200RequestsASecond() throws IOException {
    Path directory = Path.of("../examples/cars/gamedays");
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.sorted().toList();
      assertEquals(5, all.size());
      for (Path file : all) {
        GameDay day = GameDay.parse(file).orThrow();
        double rate = day.loads().stream().mapToDouble(LoadPlan::perSecond).sum();
        assertTrue(rate >= 200, file.toString());
      }
    }
  }

  @Test
  void theDocumentation_namesEveryFaultAndExpectation_andItsExampleIsRight() throws IOException {
    String text = Files.readString(Path.of("../docs/game-days.md"));
    int block = text.indexOf("```yaml\n") + 8;
    assertEquals(List.of(), findings(text.substring(block, text.indexOf("```\n", block))));
    for (FaultKind kind : FaultKind.values()) {
      String row = row(text, kind.text());
      kind.keys().forEach(key -> assertTrue(row.contains("`" + key + "`"), kind + " " + key));
    }
    String nothing = findings("expect: [{}]").getLast();
    List<String> expectations = List.of(nothing.split("needs one of: ")[1].split(", "));
    assertEquals(9, expectations.size(), nothing);
    for (String expectation : expectations) {
      String keys =
          findings("expect: [{" + expectation + ": []}]").stream()
              .filter(f -> f.contains(" takes keys: "))
              .findFirst()
              .orElseThrow();
      for (String key : keys.split("takes keys: ")[1].split(", ")) {
        assertTrue(row(text, expectation).contains("`" + key + "`"), expectation + " " + key);
      }
    }
  }

  /** What the tables say about it. */
  private static String row(String text, String name) {
    return text.lines().filter(l -> l.startsWith("| `" + name + "` |")).findFirst().orElseThrow();
  }

  @Test
  void aMissingFile_isAFindingAndAProblemOnDemand() {
    GameDay.Result result = GameDay.parse(Path.of("/does/not/exist.yaml"));
    assertEquals(
        "/does/not/exist.yaml:1:1: there is no such file", result.findings().getFirst().toString());
    assertThrows(Problem.class, result::orThrow);
  }
}
