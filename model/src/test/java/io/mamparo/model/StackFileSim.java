package io.mamparo.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twenty thousand broken files: each is a stack or has findings with positions inside of the file,
 * and none throws. Replay one with {@code -Dmamparo.seed=N}.
 */
class StackFileSim {
  private static final int MUTANTS = 20_000;
  private static final String[] BITS = {
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    ",",
    "\"",
    "'",
    "\n",
    "\t",
    " ",
    "&a",
    "*a",
    "!!x",
    "%",
    "|",
    ">",
    "#",
    "---\n",
    "...",
    "?",
    "${",
    "${X}",
    "{port}",
    "{database.url}",
    "~",
    "null",
    "0",
    "-1",
    "99999999999",
    "1e9",
    "100%",
    "5s",
    "off",
    "\\",
    "\0",
    "\u00e9",
    "\ud83d\ude97",
    "<<: ",
    "services",
    "cars: "
  };

  private static final Map<String, String> ENVIRONMENT =
      Map.of("X", "5s", "LEGACY_PASSWORD", "secret", "HOME_OF", "/");

  @TempDir Path directory;

  @BeforeEach
  void files() throws IOException {
    StackFileTest.prepare(directory);
  }

  @Test
  void brokenFiles_haveFindings_andNeverThrow() throws IOException {
    String[] files = {StackFileTest.text("example.yaml"), StackFileTest.text("everything.yaml")};
    Long one = Long.getLong("mamparo.seed");
    long first = one == null ? 0 : one;
    int good = 0;
    for (long seed = first; seed < (one == null ? MUTANTS : first + 1); seed++) {
      Random random = new Random(seed);
      byte[] mutant = mutate(files[random.nextInt(files.length)], random);
      good += check(mutant, seed) ? 1 : 0;
    }
    int bad = MUTANTS - good;
    assertTrue(one != null || (good > 100 && bad > 1000), good + " good, " + bad + " bad");
  }

  private boolean check(byte[] mutant, long seed) {
    try {
      StackFile.Result result = StackFile.parse("f", mutant, directory, ENVIRONMENT);
      int lines = new String(mutant, StandardCharsets.UTF_8).split("\n|\r|\u0085", -1).length;
      for (Finding finding : result.findings()) {
        boolean inside =
            finding.line() >= 1 && finding.line() <= lines + 1 && finding.column() >= 1;
        assertTrue(inside, finding.toString());
        assertEquals(-1, finding.toString().indexOf('\n'), "one line each");
      }
      return result instanceof StackFile.Valid;
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      throw new AssertionError("replay with -Dmamparo.seed=" + seed, e);
    }
  }

  /** A few edits: bits put in, pieces cut out, doubled, swapped or moved, bytes overwritten. */
  private static byte[] mutate(String text, Random random) {
    StringBuilder mutant = new StringBuilder(text);
    for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
      int at = random.nextInt(mutant.length() + 1);
      int end = Math.min(mutant.length(), at + random.nextInt(random.nextBoolean() ? 4 : 60));
      String piece = mutant.substring(at, end);
      switch (random.nextInt(5)) {
        case 0 -> mutant.insert(at, BITS[random.nextInt(BITS.length)]);
        case 1 -> mutant.delete(at, end);
        case 2 -> mutant.insert(random.nextInt(mutant.length() + 1), piece);
        case 3 -> mutant.replace(at, end, BITS[random.nextInt(BITS.length)]);
        default -> mutant.replace(at, end, new StringBuilder(piece).reverse().toString());
      }
    }
    byte[] bytes = mutant.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextInt(10) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
