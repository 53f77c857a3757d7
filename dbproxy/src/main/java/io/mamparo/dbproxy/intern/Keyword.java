package io.mamparo.dbproxy.intern;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The words that tell what a statement leaves behind in its session. */
enum Keyword {
  NONE,
  ABORT,
  AUTHORIZATION,
  BEGIN,
  CHARACTERISTICS,
  CLOSE,
  COMMIT,
  CONSTRAINTS,
  CREATE,
  DEALLOCATE,
  DECLARE,
  DISCARD,
  DROP,
  END,
  EXECUTE,
  GLOBAL,
  HOLD,
  INTO,
  LISTEN,
  LOAD,
  LOCAL,
  OR,
  PG_ADVISORY_LOCK,
  PG_ADVISORY_LOCK_SHARED,
  PG_TRY_ADVISORY_LOCK,
  PG_TRY_ADVISORY_LOCK_SHARED,
  PG_ADVISORY_UNLOCK,
  PG_ADVISORY_UNLOCK_ALL,
  PG_ADVISORY_UNLOCK_SHARED,
  PREPARE,
  PREPARED,
  REPLACE,
  RESET,
  ROLLBACK,
  SESSION,
  SET,
  SET_CONFIG,
  START,
  TEMP,
  TEMPORARY,
  TO,
  TRANSACTION,
  TRUE,
  UNLISTEN,
  WITH;

  private static final int SLOTS = 256;
  private static final Keyword[] ALL = values();
  private static final long[] HASHES = new long[SLOTS];
  private static final byte[] CODES = new byte[SLOTS];

  static {
    for (byte code = 1; code < ALL.length; code++) {
      Keyword keyword = ALL[code];
      long hash = Lexer.WORD_SEED;
      for (byte c : keyword.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII)) {
        hash = Lexer.step(hash, c);
      }
      int slot = slot(hash);
      while (CODES[slot] != 0) {
        slot = (slot + 1) & (SLOTS - 1);
      }
      HASHES[slot] = hash;
      CODES[slot] = code;
    }
  }

  private static int slot(long hash) {
    return (int) (hash >>> 40) & (SLOTS - 1);
  }

  /** The keyword whose lower-case bytes have this hash; NONE for every other word. */
  static Keyword of(long hash) {
    int slot = slot(hash);
    while (CODES[slot] != 0) {
      if (HASHES[slot] == hash) {
        return ALL[CODES[slot]];
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return NONE;
  }
}
