package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.PinReason;
import org.jspecify.annotations.Nullable;

/** Why a session keeps its server connection between transactions. Owned by one event loop. */
final class Pins {
  private final Desk desk;
  private final Account account;
  private @Nullable PinReason reason;

  Pins(Desk desk, Account account) {
    this.desk = desk;
    this.account = account;
  }

  /** The first reason; null when it need not keep it. */
  @Nullable PinReason reason() {
    return reason;
  }

  void pin(PinReason why) {
    if (reason == null) {
      reason = why;
      desk.recorder().listener().onPinned(account.login().database(), account.login().user(), why);
    }
  }

  void unpin() {
    reason = null;
  }
}
