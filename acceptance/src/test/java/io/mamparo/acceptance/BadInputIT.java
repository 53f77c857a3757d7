package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input gets an explanation, never a stack trace. */
final class BadInputIT {
  @TempDir Path directory;

  private Command.Result mamparo(String... words) {
    List<String> argv = new ArrayList<>(List.of(System.getProperty("mamparo.launcher")));
    argv.addAll(List.of(words));
    return Command.run(Duration.ofMinutes(2), Map.of(), argv);
  }

  @Test
  void checkNamesEveryMistakeWithItsPlace() throws IOException {
    Path file = directory.resolve("mamparo.yaml");
    Files.writeString(
        file,
        """
        stack: shop
        services:
          web:
            run: [python3, app.py]
            replica: 2
            timeout: 2
        routes:
          - {path: /, to: wbe}
        """);
    Command.Result check = mamparo("check", file.toString());
    assertNotEquals(0, check.exit());
    assertTrue(check.output().contains("mamparo.yaml:5:5"), check.output());
    assertTrue(check.output().contains("replicas"), check.output());
    assertTrue(check.output().contains("mamparo.yaml:6:"), check.output());
    assertTrue(check.output().contains("mamparo.yaml:8:"), check.output());
    assertEquals(0, mamparo("check", example()).exit());
  }

  private static String example() {
    return Path.of(System.getProperty("mamparo.root"), "examples/cars/mamparo.yaml").toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no-such-command",
        "up /no/such/file.yaml --detach",
        "check /no/such/file.yaml",
        "check /",
        "status --data /no/such/directory",
        "logs --data /no/such/directory",
        "gameday /no/such/file.yaml",
        "load nonsense",
        "up --port-offset minus-one",
        "up --detach --data /proc/mamparo",
        "down extra words",
      })
  void aMistakeIsExplained(String words) {
    Command.Result result = mamparo(words.split(" "));
    assertNotEquals(0, result.exit(), result.output());
    assertFalse(result.output().isBlank(), "nothing was said");
    assertFalse(
        result.output().contains("\tat ") || result.output().contains("Exception"),
        result.output());
  }
}
