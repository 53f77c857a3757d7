package io.mamparo.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However much comes, memory and disk stay within their limits, and a metric says so. */
class BoundsTest {
  private static final int MANY = 1_000_000;

  @TempDir Path dir;
  private final VirtualClock clock = new VirtualClock();

  private static double metric(Telemetry telemetry, String name) {
    return telemetry
        .prometheus()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aMillionDistinctNames_growNothing() {
    try (Telemetry telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 1)) {
      StatementRecorder statements = telemetry.statementsOf("db");
      CounterFamily counters = telemetry.counters("mamparo_x_total", "X.", "who");
      GaugeFamily gauges = telemetry.gauges("mamparo_y", "Y.", "who");
      for (int i = 0; i < MANY; i++) {
        String name = "name" + i;
        telemetry.names().handle(name);
        statements.record(0, i, name, 1, 1, 1, 1, 1, null);
        counters.with(name).add(1);
        gauges.set(() -> 1, name);
        if (i % 100 == 0) {
          telemetry.edge("a", name, EdgeKind.HTTP).record(0, Outcome.OK, 1);
          telemetry.node(name, NodeKind.SERVICE);
        }
      }
      assertEquals(20_000, telemetry.names().size());
      assertEquals(MANY - 20_000, telemetry.names().refused());
      assertEquals(1001, counters.children().size());
      assertEquals(MANY, counters.children().values().stream().mapToLong(Counter::value).sum());
      assertEquals(1000, gauges.children().size());
      ServiceMap map = telemetry.map(Duration.ofSeconds(1));
      assertEquals(501, map.edges().size());
      assertTrue(map.nodes().size() <= 1000, "nodes: " + map.nodes().size());
      List<StatementStats> all = telemetry.statements("db", MANY);
      assertEquals(5001, all.size());
      assertEquals(MANY, all.stream().mapToLong(StatementStats::calls).sum());
      StatementStats other =
          all.stream().filter(s -> s.text().equals("other")).findFirst().orElseThrow();
      assertEquals(MANY - 5000, other.calls());
      assertEquals(MANY / 100 - 500, metric(telemetry, "mamparo_telemetry_edges_refused_total"));
      assertEquals(MANY - 20_000, metric(telemetry, "mamparo_span_names_refused_total"));
    }
  }

  @Test
  void theLeastUsedStatements_makeRoomAndTheirPastStays() {
    try (Telemetry telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 2)) {
      StatementRecorder statements = telemetry.statementsOf("db");
      long calls = 0;
      for (int minute = 0; minute < 4; minute++) {
        for (int i = 0; i < 6000; i++) {
          boolean busy = i < 100;
          int loop = i % 2;
          for (int n = 0; n < (busy ? 10 : 1); n++) {
            long fingerprint = busy ? i : minute * 10_000L + i;
            statements.record(loop, fingerprint, "s" + fingerprint, 1, 1, 1, 1, 1, null);
            calls++;
          }
        }
        clock.advance(Duration.ofMinutes(1));
        telemetry.tick();
      }
      statements.record(0, -1, "new", 1, 1, 1, 1, 1, null);
      List<StatementStats> all = telemetry.statements("db", MANY);
      assertTrue(all.size() <= 5001);
      assertEquals(calls + 1, all.stream().mapToLong(StatementStats::calls).sum());
      assertTrue(all.stream().anyMatch(s -> s.text().equals("new")), "there is room again");
      for (int i = 0; i < 100; i++) {
        String busy = "s" + i;
        assertTrue(all.stream().anyMatch(s -> s.text().equals(busy) && s.calls() == 40), busy);
      }
    }
  }

  @Test
  void theDisk_isBoundedBySizeAndTheNewestStays() {
    Retention small = new Retention(Duration.ofDays(3), 1 << 20);
    TelemetryConfig config =
        TelemetryConfig.DEFAULT.withRetention(small, small).withSampling(SamplingRule.EVERYTHING);
    try (Telemetry telemetry = Telemetry.openStill(dir, config, clock, 1)) {
      long trace = 0;
      for (int minute = 0; minute < 60; minute++) {
        for (int i = 0; i < 1000; i++) {
          trace++;
          int name = telemetry.names().handle("name" + trace % 5000);
          telemetry
              .spans(0)
              .begin(trace * 0x9e3779b97f4a7c15L, trace, trace * 31, 0)
              .named(SpanKind.SERVER, name, name, name)
              .took(clock.epochNanos(), trace)
              .text("/some/path/" + trace)
              .entry(telemetry.names().handle("in"))
              .end();
        }
        for (int second = 0; second < 60; second++) {
          clock.advance(Duration.ofSeconds(1));
          telemetry.tick();
        }
        assertTrue(
            metric(telemetry, "mamparo_telemetry_storage_bytes{of=\"traces\"}") < 1.6e6,
            () -> "bytes: " + telemetry.prometheus());
      }
      assertTrue(
          metric(telemetry, "mamparo_telemetry_storage_dropped_for_size_total{of=\"traces\"}") > 0);
      List<TraceSummary> newest =
          telemetry.traces(new TraceQuery(null, null, false, null, null, null, 100));
      assertEquals(100, newest.size());
      assertTrue(
          telemetry
                  .traces(new TraceQuery(null, null, false, "/some/path/60000", null, null, 10))
                  .size()
              == 1);
      assertEquals(
          0,
          telemetry
              .traces(new TraceQuery(null, null, false, "/some/path/17", null, null, 10))
              .stream()
              .filter(t -> t.start().isBefore(newest.getLast().start().minusSeconds(3000)))
              .count());
    }
  }

  @Test
  void thePast_goesByAge() {
    TelemetryConfig config =
        TelemetryConfig.DEFAULT.withRetention(
            new Retention(Duration.ofDays(2), 256 << 20),
            new Retention(Duration.ofDays(1), 512 << 20));
    try (Telemetry telemetry = Telemetry.openStill(dir, config, clock, 1)) {
      EdgeRecorder edge = telemetry.edge("a", "s", EdgeKind.HTTP);
      for (int hour = 0; hour < 24 * 6; hour++) {
        for (int minute = 0; minute < 60; minute++) {
          edge.record(0, Outcome.OK, 1_000_000);
          clock.advance(Duration.ofMinutes(1));
          telemetry.tick();
        }
      }
      double hours =
          telemetry.seriesOf("s", Duration.ofDays(6)).orElseThrow().rate().stream()
                  .mapToDouble(rate -> rate * 12 * 60)
                  .sum()
              / 60;
      assertTrue(hours >= 48 && hours <= 73, "hours kept: " + hours);
      assertTrue(metric(telemetry, "mamparo_telemetry_storage_partitions{of=\"metrics\"}") <= 4);
    }
  }
}
