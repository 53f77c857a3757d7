package io.mamparo.dbproxy.intern;

/**
 * Reads the words of a text one by one and finds its {@link Traits}. Owned by one event loop; knows
 * nothing but the statement it is in, so that texts of any size pass through it.
 */
final class Classifier {
  private int traits;
  private int statements;

  private Keyword first = Keyword.NONE;
  private Keyword second = Keyword.NONE;
  private Keyword previous = Keyword.NONE;
  private int words;
  private boolean temporary;
  private boolean dropsAtCommit;

  private int depth;
  private int configDepth;
  private int configCommas;
  private boolean configLocal;

  void begin() {
    traits = 0;
    statements = 0;
    depth = 0;
    configDepth = 0;
    beginStatement();
  }

  private void beginStatement() {
    first = Keyword.NONE;
    second = Keyword.NONE;
    previous = Keyword.NONE;
    words = 0;
    temporary = false;
    dropsAtCommit = false;
  }

  int end() {
    endStatement();
    return traits | (statements > 1 ? Traits.SEVERAL : 0);
  }

  void word(Keyword word) {
    switch (words++) {
      case 0 -> {
        statements++;
        first = word;
        begins(word);
      }
      case 1 -> {
        second = word;
        goesOn(word);
      }
      default -> goesOn(word);
    }
    previous = word;
  }

  private void begins(Keyword word) {
    switch (word) {
      case RESET -> traits |= Traits.SETTING;
      case DEALLOCATE -> traits |= Traits.DEALLOCATE | Traits.RELEASES;
      case DISCARD -> traits |= Traits.DISCARD;
      case EXECUTE -> traits |= Traits.EXECUTE;
      case COMMIT, END, ABORT, ROLLBACK -> traits |= Traits.ENDS_TRANSACTION;
      case BEGIN, START -> traits |= Traits.BEGINS_TRANSACTION;
      case LISTEN -> traits |= Traits.LISTEN;
      case DROP, UNLISTEN, CLOSE -> traits |= Traits.RELEASES;
      case LOAD -> traits |= Traits.LOAD;
      default -> {
        // The following words decide, or nothing is left behind.
      }
    }
  }

  private void goesOn(Keyword word) {
    switch (first) {
      case SET -> setting(word);
      case PREPARE -> {
        if (words == 2 && word != Keyword.TRANSACTION) {
          traits |= Traits.SQL_PREPARE;
        }
      }
      case CREATE -> creation(word);
      case DECLARE -> {
        if (word == Keyword.HOLD && previous == Keyword.WITH) {
          traits |= Traits.HOLD_CURSOR;
        }
      }
      case COMMIT, ROLLBACK -> {
        if (word == Keyword.TO) {
          traits = (traits & ~Traits.ENDS_TRANSACTION) | Traits.ROLLS_BACK_PART;
        } else if (word == Keyword.PREPARED) {
          traits &= ~Traits.ENDS_TRANSACTION;
        }
      }
      default -> anywhere(word);
    }
  }

  private void setting(Keyword word) {
    if (words == 2) {
      boolean passing =
          word == Keyword.LOCAL
              || word == Keyword.TRANSACTION
              || word == Keyword.CONSTRAINTS
              || word == Keyword.SESSION;
      traits |= passing ? 0 : Traits.SETTING;
    } else if (words == 3 && second == Keyword.SESSION) {
      boolean opaque = word == Keyword.AUTHORIZATION || word == Keyword.CHARACTERISTICS;
      traits |= opaque ? Traits.OPAQUE_SETTING : Traits.SETTING;
    }
  }

  private void creation(Keyword word) {
    if ((word == Keyword.TEMP || word == Keyword.TEMPORARY) && words <= 5) {
      temporary = true;
    } else if (word == Keyword.DROP && previous == Keyword.COMMIT) {
      dropsAtCommit = true;
    }
    anywhere(word);
  }

  private void anywhere(Keyword word) {
    switch (word) {
      case PG_ADVISORY_LOCK,
          PG_ADVISORY_LOCK_SHARED,
          PG_TRY_ADVISORY_LOCK,
          PG_TRY_ADVISORY_LOCK_SHARED ->
          traits |= Traits.ADVISORY_LOCK;
      case PG_ADVISORY_UNLOCK, PG_ADVISORY_UNLOCK_ALL, PG_ADVISORY_UNLOCK_SHARED ->
          traits |= Traits.RELEASES;
      case TEMP, TEMPORARY -> {
        if (previous == Keyword.INTO) {
          traits |= Traits.TEMPORARY;
        }
      }
      case SET_CONFIG -> {
        endConfig();
        configDepth = depth + 1;
        configCommas = 0;
        configLocal = false;
      }
      case TRUE -> literalTrue();
      default -> {
        // Leaves nothing behind.
      }
    }
  }

  /** A literal or word that means true, where set_config says whether the change is local. */
  void literalTrue() {
    if (configDepth > 0 && depth == configDepth && configCommas == 2) {
      configLocal = true;
    }
  }

  void symbol(byte c) {
    switch (c) {
      case '(' -> depth++;
      case ')' -> {
        if (configDepth > 0 && depth == configDepth) {
          endConfig();
        }
        depth--;
      }
      case ',' -> {
        if (configDepth > 0 && depth == configDepth) {
          configCommas++;
        }
      }
      case ';' -> {
        endStatement();
        beginStatement();
      }
      default -> {
        // Operators leave nothing behind.
      }
    }
  }

  private void endConfig() {
    if (configDepth > 0 && !configLocal) {
      traits |= Traits.OPAQUE_SETTING;
    }
    configDepth = 0;
  }

  private void endStatement() {
    endConfig();
    depth = 0;
    if (temporary && !dropsAtCommit) {
      traits |= Traits.TEMPORARY;
    }
  }
}
