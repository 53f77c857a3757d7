package io.mamparo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every target for a few seconds, always from the same seed. {@code ./mamparo bench fuzz} goes on
 * for longer, from another seed each time: it sets {@code FUZZ_TARGET}, {@code FUZZ_SECONDS} and
 * {@code FUZZ_DIRECTORY}.
 */
class FuzzIT {
  private static final Map<String, String> ASKED = System.getenv();
  private static final int SECONDS = Integer.parseInt(ASKED.getOrDefault("FUZZ_SECONDS", "1"));
  private static final int SEED = 1;

  @TempDir Path temporary;

  @ParameterizedTest
  @EnumSource
  void whatOthersWrote_isTakenOrRefused(Target target) throws Exception {
    String only = ASKED.getOrDefault("FUZZ_TARGET", "");
    if (!only.isEmpty() && !only.equals(target.word())) {
      return;
    }
    String kept = ASKED.get("FUZZ_DIRECTORY");
    Path directory = kept == null ? temporary : Path.of(kept).resolve(target.word());
    int seed = kept == null ? SEED : (int) (System.currentTimeMillis() & 0x7fffffff);
    JazzerRun run = new JazzerRun(target, directory, directory.resolve("corpus"));
    assertEquals("", run.fuzz(SECONDS, seed));
  }
}
