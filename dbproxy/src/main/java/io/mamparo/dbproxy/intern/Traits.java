package io.mamparo.dbproxy.intern;

import io.mamparo.dbproxy.PinReason;
import org.jspecify.annotations.Nullable;

/**
 * What a statement text leaves behind in its session, as bits. What functions and DO blocks do
 * inside cannot be seen in a text.
 */
public final class Traits {
  /** SET or RESET: the text says which setting. */
  public static final int SETTING = 1;

  /** DEALLOCATE. */
  public static final int DEALLOCATE = 1 << 1;

  /** DISCARD. */
  public static final int DISCARD = 1 << 2;

  /** EXECUTE of an SQL-level prepared statement. */
  public static final int EXECUTE = 1 << 3;

  /** COMMIT, END, ABORT or ROLLBACK of a whole transaction. */
  public static final int ENDS_TRANSACTION = 1 << 4;

  /** ROLLBACK TO a savepoint. */
  public static final int ROLLS_BACK_PART = 1 << 5;

  /** More than one statement. */
  public static final int SEVERAL = 1 << 6;

  /** Takes a lock that outlives the transaction, even a failed one. */
  public static final int ADVISORY_LOCK = 1 << 7;

  public static final int TEMPORARY = 1 << 8;
  public static final int LISTEN = 1 << 9;
  public static final int HOLD_CURSOR = 1 << 10;
  public static final int SQL_PREPARE = 1 << 11;
  public static final int LOAD = 1 << 12;

  /** A setting changed in a way that cannot be replayed. */
  public static final int OPAQUE_SETTING = 1 << 13;

  /** DROP, UNLISTEN, CLOSE or an unlock: what called for a pin may have gone. */
  public static final int RELEASES = 1 << 14;

  /** BEGIN or START TRANSACTION. */
  public static final int BEGINS_TRANSACTION = 1 << 15;

  /** What a server can be asked about. */
  public static final int VISIBLE = ADVISORY_LOCK | TEMPORARY | LISTEN | HOLD_CURSOR | SQL_PREPARE;

  /** All that call for a pin. */
  public static final int PINS =
      ADVISORY_LOCK | TEMPORARY | LISTEN | HOLD_CURSOR | SQL_PREPARE | LOAD | OPAQUE_SETTING;

  private Traits() {}

  /** Why a session with these traits keeps its server; null when it need not. */
  public static @Nullable PinReason pin(int traits) {
    if ((traits & PINS) == 0) {
      return null;
    }
    if ((traits & ADVISORY_LOCK) != 0) {
      return PinReason.ADVISORY_LOCK;
    }
    if ((traits & TEMPORARY) != 0) {
      return PinReason.TEMPORARY;
    }
    if ((traits & LISTEN) != 0) {
      return PinReason.LISTEN;
    }
    if ((traits & HOLD_CURSOR) != 0) {
      return PinReason.HOLD_CURSOR;
    }
    if ((traits & SQL_PREPARE) != 0) {
      return PinReason.SQL_PREPARE;
    }
    return (traits & LOAD) != 0 ? PinReason.LOAD : PinReason.SETTING;
  }
}
