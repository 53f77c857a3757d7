package io.mamparo.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another process records, prints how much, and is killed. */
class CrashIT {
  /** Of the promise that the last five seconds may be missing, and a second for slow machines. */
  private static final long MAY_BE_MISSING_NANOS = 6_000_000_000L;

  @TempDir Path dir;

  private record Said(long at, long recorded) {}

  @Test
  void afterKill9_onlyTheLastSecondsAreMissingAndNothingIsDamaged() throws Exception {
    long before = 0;
    for (int round = 0; round < 2; round++) {
      List<Said> said = recordAndKill();
      long killed = said.getLast().at;
      long safe =
          said.stream()
              .filter(s -> killed - s.at > MAY_BE_MISSING_NANOS)
              .mapToLong(Said::recorded)
              .max()
              .orElseThrow();
      try (Telemetry telemetry = CrashRecorder.open(dir)) {
        long counted = telemetry.slos().getFirst().total();
        assertTrue(safe > 0 && counted >= before + safe, counted + " < " + before + " + " + safe);
        assertTrue(counted <= before + said.getLast().recorded + 1);
        List<TraceSummary> traces =
            telemetry.traces(new TraceQuery(null, null, false, null, null, null, 1000));
        assertTrue(!traces.isEmpty());
        for (TraceSummary trace : traces) {
          assertEquals(1, telemetry.trace(trace.traceId()).orElseThrow().spans().size());
        }
        before = counted;
      }
    }
  }

  private List<Said> recordAndKill() throws IOException, InterruptedException {
    Process recorder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashRecorder.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Said> said = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(recorder.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        long now = Clock.system().nanos();
        said.add(new Said(now, Long.parseLong(line)));
        if (now - said.getFirst().at > MAY_BE_MISSING_NANOS + 3_000_000_000L) {
          recorder.toHandle().destroyForcibly();
        }
      }
      assertEquals(128 + 9, recorder.waitFor());
      return said;
    } finally {
      recorder.destroyForcibly();
    }
  }
}
