package io.mamparo.app.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mamparo.kernel.Problem;
import io.mamparo.telemetry.TraceQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceViewTest {
  @Test
  void nothingGiven_asksForTheNewest() {
    assertEquals(TraceQuery.ALL, TraceView.query(Map.of("service", "", "q", " ")));
  }

  @Test
  void everythingGiven_isAsked() {
    assertEquals(
        new TraceQuery(
            "cars",
            Duration.ofMillis(250),
            true,
            "status=503",
            Instant.ofEpochSecond(1_700_000_000),
            null,
            7),
        TraceView.query(
            Map.of(
                "service", "cars",
                "minMs", "250",
                "error", "true",
                "q", "status=503",
                "since", "1700000000",
                "limit", "7")));
  }

  @Test
  void bounds_areKept() {
    assertEquals(1_000, TraceView.query(Map.of("limit", "99999999")).limit());
    assertEquals(1, TraceView.query(Map.of("limit", "-5")).limit());
  }

  @Test
  void whatIsNone_isRefused() {
    assertThrows(Problem.class, () -> TraceView.query(Map.of("minMs", "slow")));
    assertThrows(Problem.class, () -> TraceView.query(Map.of("limit", "all")));
    assertThrows(Problem.class, () -> TraceView.query(Map.of("since", "yesterday")));
  }

  @Test
  void windows_areWrittenShort() {
    assertEquals("1h", SloView.window(3_600));
    assertEquals("5m", SloView.window(300));
    assertEquals("3d", SloView.window(259_200));
    assertEquals("90s", SloView.window(90));
  }
}
