package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
}
