package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./mamparo} does before the program runs. */
final class LauncherIT {
  private static final Path ROOT = Path.of(System.getProperty("mamparo.root"));

  /** The tests' own build may have been this tree's first. */
  @Test
  void aCommandAfterTheBuild_startsAtOnce_andDoesNotBuildAgain(@TempDir Path dir) throws Exception {
    Path mvn = Files.writeString(dir.resolve("mvn"), "#!/bin/sh\nexit 1\n");
    assertTrue(mvn.toFile().setExecutable(true));
    Command.Result version =
        Command.run(
            Duration.ofSeconds(60),
            Map.of("PATH", dir + ":" + System.getenv("PATH")),
            List.of(ROOT.resolve("mamparo").toString(), "--version"));
    assertFalse(version.output().contains("Building"), version.output());
    version.mustSucceed();
  }
}
