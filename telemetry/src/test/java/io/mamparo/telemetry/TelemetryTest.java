package io.mamparo.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {
  private static final long MS = 1_000_000L;

  @TempDir Path dir;
  private final VirtualClock clock = new VirtualClock();
  private Telemetry telemetry;

  @BeforeEach
  void open() {
    telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 2);
  }

  @AfterEach
  void close() {
    telemetry.close();
  }

  private void second() {
    clock.advance(Duration.ofSeconds(1));
    telemetry.tick();
  }

  private static void near(double expected, @Nullable Double actual, double delta) {
    assertNotNull(actual);
    assertEquals(expected, actual, delta);
  }

  private static ServiceMap.Edge edge(ServiceMap map, String from, String to) {
    return map.edges().stream()
        .filter(e -> e.from().equals(from) && e.to().equals(to))
        .findFirst()
        .orElseThrow();
  }

  private static ServiceMap.Node node(ServiceMap map, String name) {
    return map.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void theMap_showsRatesErrorsAndPercentilesOfBothLoops() {
    telemetry.node("ingress", NodeKind.ENTRY);
    telemetry.node("cars", NodeKind.SERVICE);
    EdgeRecorder in = telemetry.edge("ingress", "cars", EdgeKind.HTTP);
    EdgeRecorder sql = telemetry.edge("cars", "db", EdgeKind.SQL);
    for (int s = 0; s < 10; s++) {
      for (int i = 0; i < 99; i++) {
        in.record(i % 2, i % 10 == 0 ? Outcome.SERVER_ERROR : Outcome.OK, 10 * MS);
      }
      in.record(0, Outcome.CLIENT_ERROR, 1000 * MS);
      in.retried(1);
      sql.record(1, Outcome.OK, 2 * MS);
      second();
    }
    ServiceMap map = telemetry.map(Duration.ofSeconds(10));
    ServiceMap.Edge edge = edge(map, "ingress", "cars");
    assertEquals(100, edge.rps());
    assertEquals(0.1, edge.errorRate(), 1e-9);
    near(10, edge.p50Ms(), 0.11);
    near(10, edge.p99Ms(), 0.11);
    assertEquals(1, edge.retriesPerSecond());
    assertEquals("closed", edge.breaker());
    assertEquals(NodeKind.DATABASE, node(map, "db").kind());
    assertEquals(100, node(map, "cars").rps());
    assertEquals(100, node(map, "ingress").rps(), "an entry shows what leaves it");
    near(2, node(map, "db").p50Ms(), 0.03);
  }

  @Test
  void anIdleEdge_hasNoPercentilesAndNoErrors() {
    telemetry.edge("a", "b", EdgeKind.HTTP);
    second();
    ServiceMap.Edge edge = edge(telemetry.map(Duration.ofSeconds(5)), "a", "b");
    assertEquals(0, edge.rps());
    assertEquals(0, edge.errorRate());
    assertNull(edge.p50Ms());
  }

  @Test
  void windows_leaveOutWhatIsOlder() {
    EdgeRecorder edge = telemetry.edge("a", "b", EdgeKind.HTTP);
    edge.record(0, Outcome.OK, 500 * MS);
    second();
    for (int i = 0; i < 20; i++) {
      edge.record(0, Outcome.OK, MS);
      second();
    }
    near(1, edge(telemetry.map(Duration.ofSeconds(10)), "a", "b").p99Ms(), 0.02);
    near(500, edge(telemetry.map(Duration.ofSeconds(30)), "a", "b").p99Ms(), 6);
  }

  @Test
  void theService_mergesItsEdges() {
    EdgeRecorder one = telemetry.edge("a", "s", EdgeKind.HTTP);
    EdgeRecorder two = telemetry.edge("b", "s", EdgeKind.HTTP);
    for (int i = 0; i < 50; i++) {
      one.record(0, Outcome.OK, MS);
      two.record(1, Outcome.TIMEOUT, 100 * MS);
    }
    second();
    ServiceMap.Node node = node(telemetry.map(Duration.ofSeconds(1)), "s");
    assertEquals(100, node.rps());
    assertEquals(0.5, node.errorRate());
    near(1, node.p50Ms(), 0.02);
    near(100, node.p99Ms(), 1.2);
  }

  @Test
  void graphs_haveAPointASecondThenTenThenAMinute() {
    EdgeRecorder edge = telemetry.edge("a", "s", EdgeKind.HTTP);
    for (int i = 0; i < 1200; i++) {
      edge.record(0, i % 2 == 0 ? Outcome.OK : Outcome.REFUSED, MS);
      edge.record(1, Outcome.OK, 3 * MS);
      second();
    }
    SeriesData seconds = telemetry.seriesOf("s", Duration.ofMinutes(2)).orElseThrow();
    assertEquals(1, seconds.stepSeconds());
    assertEquals(120, seconds.t().size());
    assertTrue(seconds.rate().stream().allMatch(r -> r == 2.0));
    SeriesData tens = telemetry.seriesOf("s", Duration.ofMinutes(15)).orElseThrow();
    assertEquals(10, tens.stepSeconds());
    assertEquals(90, tens.t().size());
    assertTrue(tens.rate().stream().allMatch(r -> r == 2.0), tens.rate().toString());
    assertTrue(tens.errors().stream().allMatch(r -> r == 0.5));
    near(3, tens.p99().get(40), 0.04);
    SeriesData minutes = telemetry.seriesOf("s", Duration.ofMinutes(18)).orElseThrow();
    assertEquals(60, minutes.stepSeconds());
    assertEquals(18, minutes.t().size());
    assertTrue(minutes.rate().stream().allMatch(r -> r == 2.0), minutes.rate().toString());
    near(1, minutes.p50().get(3), 0.02);
  }

  @Test
  void minutes_areFoundAfterARestartInTheMiddleOfOne() {
    EdgeRecorder edge = telemetry.edge("a", "s", EdgeKind.HTTP);
    for (int i = 0; i < 90; i++) {
      edge.record(0, Outcome.OK, MS);
      second();
    }
    telemetry.close();
    telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 2);
    edge = telemetry.edge("a", "s", EdgeKind.HTTP);
    for (int i = 0; i < 90; i++) {
      edge.record(0, Outcome.OK, MS);
      second();
    }
    SeriesData minutes = telemetry.seriesOf("s", Duration.ofMinutes(16)).orElseThrow();
    assertEquals(180, minutes.rate().stream().mapToDouble(r -> r * 60).sum(), 1e-6);
    List<Double> last = minutes.rate().subList(13, 16);
    assertEquals(List.of(1.0, 1.0, 1.0), last);
  }

  @Test
  void tooManyEdges_countAsOther() {
    telemetry.close();
    TelemetryConfig d = TelemetryConfig.DEFAULT;
    telemetry =
        Telemetry.openStill(
            dir,
            new TelemetryConfig(
                d.metrics(), d.traces(), 3, 5, 100, 64, 64, d.linger(), d.sampling()),
            clock,
            1);
    for (int i = 0; i < 1000; i++) {
      telemetry.edge("a", "s" + i, EdgeKind.HTTP).record(0, Outcome.OK, MS);
    }
    second();
    ServiceMap map = telemetry.map(Duration.ofSeconds(1));
    assertEquals(4, map.edges().size());
    assertEquals(997, edge(map, "other", "other").rps());
    assertTrue(telemetry.prometheus().contains("mamparo_telemetry_edges_refused_total 997"));
  }

  @Test
  void statements_areSortedByTimeWithPercentilesAndStates() {
    StatementRecorder db = telemetry.statementsOf("cars");
    for (int i = 0; i < 100; i++) {
      db.record(i % 2, 7, "select * from cars where id = ?", 1, 30, 100, MS, 9 * MS, null);
    }
    db.record(0, 8, "insert into cars values (?)", 0, 1, 10, 0, MS, "23505");
    db.record(1, 8, "insert into cars values (?)", 0, 1, 10, 0, MS, "40001");
    db.record(1, 8, "insert into cars values (?)", 1, 1, 10, 0, MS, null);
    List<StatementStats> stats = telemetry.statements("cars", 10);
    StatementStats first = stats.getFirst();
    assertEquals("select * from cars where id = ?", first.text());
    assertEquals(100, first.calls());
    assertEquals(100, first.rows());
    assertEquals(10_000, first.bytesOut());
    assertEquals(3_000, first.bytesIn());
    near(1, first.waitP99Ms(), 0.25);
    assertEquals(900, first.totalMs(), 1e-6);
    assertEquals(100, first.waitMs(), 1e-6);
    near(10, first.p50Ms(), 0.25);
    assertEquals(16, first.fingerprint().length());
    StatementStats second = stats.get(1);
    assertEquals(2, second.errors());
    assertEquals(java.util.Map.of("23505", 1L, "40001", 1L), second.errorsByState());
    telemetry.statementsOf("cars", "bookings").record(0, 7, "select 1", 1, 1, 1, 0, MS, null);
    assertEquals(
        List.of("bookings"),
        telemetry.statements("cars", 10).stream()
            .map(StatementStats::service)
            .filter(java.util.Objects::nonNull)
            .toList());
    assertEquals(1, telemetry.statements("cars", 1).size());
    assertEquals(List.of(), telemetry.statements("none", 1));
  }

  @Test
  void slos_countExactlyAndSurviveARestart() {
    SloSpec available = SloSpec.availability("s", 0.99);
    SloSpec fast = SloSpec.latency("s", 0.9, Duration.ofMillis(100));
    telemetry.promise(List.of(available, fast));
    EdgeRecorder edge = telemetry.edge("a", "s", EdgeKind.HTTP);
    EdgeRecorder sql = telemetry.edge("s", "db", EdgeKind.SQL);
    for (int i = 0; i < 1000; i++) {
      edge.record(0, Outcome.OK, 100 * MS); // exactly the threshold is good
    }
    edge.record(0, Outcome.OK, 100 * MS + 1);
    edge.record(0, Outcome.CLIENT_ERROR, MS);
    edge.record(0, Outcome.REFUSED, MS);
    edge.record(0, Outcome.SERVER_ERROR, MS);
    edge.record(0, Outcome.TIMEOUT, 2000 * MS);
    edge.record(0, Outcome.ABANDONED, MS);
    edge.record(0, Outcome.ABANDONED, 5000 * MS);
    sql.record(0, Outcome.SERVER_ERROR, MS);
    second();
    check(available, 1002, 1005);
    check(fast, 1001, 1003);
    SloStatus.Budget budget = status(available).budget();
    assertEquals(10.05, budget.total(), 1e-9);
    assertEquals(3, budget.spent());
    assertEquals(1 - 3 / 10.05, budget.remaining(), 1e-9);
    telemetry.close();
    telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 2);
    telemetry.promise(List.of(available, fast));
    check(available, 1002, 1005);
    check(fast, 1001, 1003);
    assertNotNull(telemetry.sloHistory(fast).orElseThrow());
  }

  private SloStatus status(SloSpec spec) {
    return telemetry.slos().stream().filter(s -> s.spec().equals(spec)).findFirst().orElseThrow();
  }

  private void check(SloSpec spec, long good, long total) {
    assertEquals(good, status(spec).good(), spec.toString());
    assertEquals(total, status(spec).total(), spec.toString());
  }
}
