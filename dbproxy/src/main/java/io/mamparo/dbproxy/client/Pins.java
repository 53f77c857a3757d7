package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.PinReason;
import org.jspecify.annotations.Nullable;

/**
 * Why a session keeps its server connection between transactions: the mode of its pool, one reason
 * for good (until DISCARD ALL), and one that the server sees and that may go. Owned by one event
 * loop.
 */
final class Pins {
  private final Desk desk;
  private final Account account;
  private @Nullable PinReason lasting;
  private @Nullable PinReason visible;
  private boolean kept;
  private Fingerprint cause = Fingerprint.NONE;

  Pins(Desk desk, Account account) {
    this.desk = desk;
    this.account = account;
  }

  /** The most lasting reason; null when it need not keep it. */
  @Nullable PinReason reason() {
    if (kept) {
      return PinReason.SESSION_MODE;
    }
    return lasting == null ? visible : lasting;
  }

  /** The statement that began it; means nothing without a reason. */
  Fingerprint cause() {
    return cause;
  }

  /** Until the session's end, as its pool's mode is: whatever it leaves there is of no interest. */
  void keep() {
    if (!kept) {
      tell(PinReason.SESSION_MODE, Fingerprint.NONE);
      kept = true;
    }
  }

  /** Whether it keeps it until the session's end. */
  boolean kept() {
    return kept;
  }

  /** Until DISCARD ALL or the session's end. */
  void pin(PinReason why, Fingerprint by) {
    if (lasting == null) {
      tell(why, by);
      lasting = why;
    }
  }

  /** Until the server no longer sees it. */
  void repin(PinReason why, Fingerprint by) {
    if (visible != why) {
      tell(why, by);
      visible = why;
    }
  }

  private void tell(PinReason why, Fingerprint by) {
    if (reason() == null) {
      cause = by;
      desk.recorder()
          .listener()
          .onPinned(account.login().database(), account.login().user(), why, by);
    }
  }

  /** What the server could see has gone. */
  void unpinVisible() {
    visible = null;
  }

  /** Everything has gone that DISCARD ALL takes away. */
  void unpin() {
    lasting = null;
    visible = null;
  }
}
