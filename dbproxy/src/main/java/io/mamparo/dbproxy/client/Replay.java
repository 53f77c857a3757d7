package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.pool.Denial;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.wire.pg.ErrorFields;

/** Brings a server to a session's settings before it is used. Owned by one event loop. */
final class Replay {
  private final Session session;
  private final Lease lease;

  Replay(Session session, Lease lease) {
    this.session = session;
    this.lease = lease;
  }

  /** Begins; false when that takes a round trip. */
  boolean begin(ServerConnection held) {
    OwnSettings settings = session.settings();
    if (!settings.differFrom(held)) {
      return true;
    }
    if (held.settings().equals(settings.now())) {
      held.settings(settings.now());
      return true;
    }
    session.pause(Pause.REPLAYING);
    held.ask(held.settings().sqlTowards(settings.now()));
    return false;
  }

  /** The server has answered. */
  void answered(ServerConnection held) {
    session.pause(Pause.NONE);
    ErrorFields error = held.ownError();
    Settings asked = session.greeting().asked();
    if (error == null) {
      held.replayed(session.settings().now());
      if (asked != null) {
        session.greeting().learnt(asked, held);
        return;
      }
      session.settings().spelt(held);
      lease.attachedNow();
      session.go();
      return;
    }
    if (asked != null) {
      session.fatal(error.sqlState(), error.message(), null);
      return;
    }
    lease.release();
    lease.denied(
        new Denial(
            error.sqlState(),
            "the session's settings cannot be restored on another server connection: "
                + error.message(),
            "Reset the setting, or log in again."));
  }
}
