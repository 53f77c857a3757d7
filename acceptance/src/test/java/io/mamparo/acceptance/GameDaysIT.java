package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's claims: every game day of the example, run against the built-in stack. */
final class GameDaysIT {
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

  static List<Path> gameDays() throws IOException {
    try (Stream<Path> files =
        Files.list(Path.of(System.getProperty("mamparo.root"), "examples/cars/gamedays"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("gameDays")
  void holds(Path file) {
    Command.Result gameDay = stack.mamparo("gameday", file.toString());
    assertEquals(0, gameDay.exit(), gameDay.output());
  }

  /** Nobody is left who could mend it. */
  @Test
  void aFault_doesNotOutlastAGameDayThatIsKilled(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("killed.yaml");
    Files.writeString(
        file,
        """
        gameday: this one is killed
        warm-up: 0s
        duration: 60s
        load: [{name: browse, rate: 1/s, http: {requests: [GET /api/v0.1/car/DEMO-1]}}]
        faults: [{at: 0s, for: 1s, delay: {to: bookings, delay: 1ms}}]
        expect: [{failures: {load: browse, at-most: 100%}}]
        """);
    Process gameDay = stack.start("gameday", file.toString());
    try {
      Await.until("the fault begins", Duration.ofSeconds(30), () -> faults() == 1);
    } finally {
      gameDay.destroyForcibly().waitFor();
    }
    Await.until("it ends by itself", Duration.ofSeconds(30), () -> faults() == 0);
  }

  private static int faults() {
    return RunningStack.json(stack.get(stack.control("/v1/overview")).body()).get("faults").size();
  }
}
