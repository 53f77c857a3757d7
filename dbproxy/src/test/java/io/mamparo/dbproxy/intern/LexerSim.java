package io.mamparo.dbproxy.intern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Texts of every sort in pieces of every size: {@code -Dmamparo.seed=N -Dmamparo.rounds=1} replays
 * a round, more rounds look further.
 */
class LexerSim {
  private static final String[] PARTS = {
    "select",
    " ",
    "'",
    "''",
    "\"",
    "--",
    "\n",
    "/*",
    "*/",
    "$$",
    "$a$",
    "$",
    "1",
    "2.5e",
    "E'",
    "\\",
    ";",
    "(",
    ")",
    ",",
    "set",
    "local",
    "pg_advisory_lock",
    "temp",
    "create",
    "table",
    "é",
    "_x",
    ":",
    "U&'",
    "b'01'",
    "begin",
    "commit",
    "rollback",
    "to",
    "prepare",
    "deallocate",
    "set_config",
    "true",
    "\0",
    "\r",
    "-",
    "/",
    "*",
    "=",
    "x"
  };
  private static final long FIRST = Long.getLong("mamparo.seed", 1);
  private static final int ROUNDS = Integer.getInteger("mamparo.rounds", 20_000);

  @Test
  void piecesOfAnySize_readAsTheWhole() {
    Lexer whole = new Lexer(7);
    Lexer pieces = new Lexer(7);
    for (long seed = FIRST; seed < FIRST + ROUNDS; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(25); i >= 0; i--) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      StringBuilder normalised = new StringBuilder();
      whole.begin(normalised);
      whole.feed(bytes, 0, bytes.length);
      int traits = whole.end();
      StringBuilder again = new StringBuilder();
      pieces.begin(again);
      int at = 0;
      while (at < bytes.length) {
        int n = Math.min(bytes.length - at, 1 + random.nextInt(4));
        pieces.feed(bytes, at, at + n);
        at += n;
      }
      assertEquals(traits, pieces.end(), "seed " + seed + ": " + text);
      assertEquals(whole.hash(), pieces.hash(), "seed " + seed + ": " + text);
      assertEquals(normalised.toString(), again.toString(), "seed " + seed);
    }
  }

  @Test
  void literals_doNotTellTextsApartAndWordsDo() {
    for (long seed = FIRST; seed < FIRST + 500; seed++) {
      Random random = new Random(seed);
      String one = "select a from t where b = " + literal(random) + " and c = " + literal(random);
      String two = "select a from t where b = " + literal(random) + " and c = " + literal(random);
      assertEquals(hash(one), hash(two), one + " / " + two);
      assertNotEquals(hash(one), hash(two.replace("from t", "from u")), one);
    }
  }

  private static String literal(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Integer.toString(random.nextInt(1_000));
      case 1 -> "'" + "x''y".repeat(random.nextInt(3)) + "'";
      case 2 -> "$q$ it's -- " + random.nextInt() + " $q$";
      default -> "E'\\'" + random.nextInt(10) + "'";
    };
  }

  private static long hash(String text) {
    Lexer lexer = new Lexer(7);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lexer.begin();
    lexer.feed(bytes, 0, bytes.length);
    lexer.end();
    return lexer.hash();
  }
}
