package io.mamparo.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus' own checker must have nothing to say about the page. */
class PromtoolIT {
  private static final long MS = 1_000_000;

  @TempDir Path dir;
  private final VirtualClock clock = new VirtualClock();

  private String page() {
    try (Telemetry telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 2)) {
      telemetry.promise(
          List.of(
              SloSpec.availability("cars", 0.999),
              SloSpec.latency("cars", 0.99, Duration.ofMillis(250))));
      EdgeRecorder edge = telemetry.edge("ingress", "cars", EdgeKind.HTTP);
      for (long ms : new long[] {0, 1, 2, 3, 10, 250, 251, 31_000, 4_000_000}) {
        edge.record(0, Outcome.OK, ms * MS);
      }
      edge.record(1, Outcome.SERVER_ERROR, 1);
      telemetry.edge("cars", "we\"ird\\name\n", EdgeKind.SQL).record(0, Outcome.OK, MS);
      telemetry.statementsOf("cars").record(0, 1, "select ?", 1, 1, 1, 1, 1, null);
      telemetry.counters("mamparo_pool_refused_total", "Refused.", "pool").with("a\"b").add(3);
      telemetry.counters("mamparo_wait_seconds_total", "Waited.").with().add(0, 1_500_000_000);
      telemetry.gauges("mamparo_pool_waiting", "Waiting.", "pool").set(() -> 2.5, "x");
      telemetry
          .gauges("mamparo_pool_waiting", "Waiting.", "pool")
          .set(
              () -> {
                throw new IllegalStateException("broken");
              },
              "y");
      telemetry.spans(0).begin(1, 2, 3, 0).entry(telemetry.names().handle("in")).end();
      clock.advance(Duration.ofSeconds(2));
      telemetry.tick();
      return telemetry.prometheus();
    }
  }

  @Test
  void time_isCountedInNanosecondsAndShownInSeconds() {
    assertTrue(page().contains("\nmamparo_wait_seconds_total 1.5\n"), page());
    try (Telemetry telemetry = Telemetry.openStill(dir, TelemetryConfig.DEFAULT, clock, 2)) {
      for (String name : List.of("mamparo_a_microseconds_total", "mamparo_a_millis_total")) {
        assertThrows(IllegalArgumentException.class, () -> telemetry.counters(name, "Other."));
      }
    }
  }

  @Test
  @NeedsProgram("promtool")
  void promtool_acceptsThePage() throws Exception {
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    promtool.getOutputStream().write(page().getBytes(UTF_8));
    promtool.getOutputStream().close();
    String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    assertEquals("", said);
    assertEquals(0, promtool.waitFor());
  }

  @Test
  void theHistogram_isCumulativeAndExactAtItsBounds() {
    String page = page();
    String of = "{from=\"ingress\",to=\"cars\",kind=\"http\",le=\"";
    String bucket = "mamparo_request_duration_seconds_bucket" + of;
    assertTrue(page.contains(bucket + "0.0005\"} 2\n"), page);
    assertTrue(page.contains(bucket + "0.001\"} 3\n"));
    assertTrue(page.contains(bucket + "0.0025\"} 4\n"));
    assertTrue(page.contains(bucket + "0.25\"} 7\n"), "250 ms is within, 251 ms is not");
    assertTrue(page.contains(bucket + "0.5\"} 8\n"));
    assertTrue(page.contains(bucket + "30.0\"} 8\n"));
    assertTrue(page.contains(bucket + "+Inf\"} 10\n"));
    assertTrue(page.contains("mamparo_request_duration_seconds_count{from=\"ingress\""));
    assertTrue(page.contains("to=\"we\\\"ird\\\\name\\n\""));
    assertTrue(page.contains("process_resident_memory_bytes "));
    assertTrue(page.contains("jvm_memory_used_bytes{area=\"heap\"} "));
    assertTrue(page.contains("mamparo_pool_waiting{pool=\"x\"} 2.5\n"));
    assertTrue(!page.contains("pool=\"y\""), "a gauge that fails is left out");
  }
}
