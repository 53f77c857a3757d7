package io.mamparo.dbproxy.server;

import io.mamparo.wire.pg.Backend;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done to a server connection before somebody else may have it: a transaction rolled
 * back, a cancel request that may still strike waited for, a session's leftovers discarded. Owned
 * by the event loop of its connection.
 */
final class Cleaning {
  private int cancels;
  private boolean cancelled;
  private boolean discard;
  private boolean rollback;

  /** It is lent: what the one before asked for has been done. */
  void reset() {
    cancelled = false;
    discard = false;
    rollback = false;
  }

  /** A cancel request is under way. */
  void cancelBegan() {
    cancels++;
    cancelled = true;
  }

  /** A cancel request has been delivered or given up. */
  void cancelEnded() {
    cancels--;
  }

  /** Whether a cancel request is under way, which may strike at any time. */
  boolean waits() {
    return cancels > 0 && !rollback;
  }

  /** The borrower is done, and leaves the session in this transaction state. */
  void begin(boolean discardSession, byte status) {
    discard = discardSession;
    rollback = status != Backend.IDLE;
  }

  /** The next step; null when all is done. */
  @Nullable Step next() {
    if (rollback) {
      rollback = false;
      return Step.ROLLBACK;
    }
    if (cancelled) {
      cancelled = false;
      return Step.ROUND_TRIP;
    }
    if (discard) {
      discard = false;
      return Step.DISCARD;
    }
    return null;
  }

  /** One thing to do. */
  enum Step {
    ROLLBACK("ROLLBACK"),
    /** A cancel that was delivered may still be pending; a round trip lets it strike here. */
    ROUND_TRIP(""),
    DISCARD("DISCARD ALL");

    private final String query;

    Step(String query) {
      this.query = query;
    }

    String query() {
      return query;
    }
  }
}
