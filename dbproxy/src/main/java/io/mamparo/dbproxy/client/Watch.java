package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxyHolders.ClientState;
import io.mamparo.dbproxy.ProxyHolders.Pin;
import io.mamparo.dbproxy.server.Look;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Onlooker;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.dbproxy.tell.Tally;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of a session so that onlookers can be told: since when, what last, in which
 * transaction. Owned by the session's event loop; a few stores a statement.
 */
final class Watch {
  private final Session session;
  private final Tally tally;
  private final long connectedAt;
  private long lastEnd;
  private long transactionBegan;
  private boolean inTransaction;
  private @Nullable Fingerprint last;
  private long pinnedAt;
  private @Nullable PinReason pinned;
  private @Nullable Fingerprint pinnedBy;

  Watch(Session session) {
    this.session = session;
    Desk desk = session.desk();
    tally = desk.tally(session.account().login());
    connectedAt = desk.recorder().now();
    lastEnd = connectedAt;
  }

  /** A request of this type goes on. */
  void request(byte type) {
    if (type == Frontend.BIND) {
      tally.bind();
    } else if (type == Frontend.PARSE) {
      tally.clientParse();
    }
  }

  /** A segment has ended in this transaction state; it has been told, but not used again yet. */
  void ended(Segment segment, byte status) {
    tally.statement(segment);
    Fingerprint last = segment.fingerprint();
    this.last = last;
    lastEnd = segment.endNanos();
    if (!inTransaction) {
      inTransaction = true;
      transactionBegan = segment.startNanos();
    }
    if (status == Backend.IDLE) {
      inTransaction = false;
      tally.transaction(lastEnd - transactionBegan);
      Segment.Login login = session.account().login();
      session
          .desk()
          .recorder()
          .listener()
          .onTransaction(
              login.database(), login.user(), login.service(), lastEnd - transactionBegan, last);
    }
    PinReason pin = session.pins().reason();
    if (pin != pinned) {
      pinned = pin;
      pinnedAt = lastEnd;
      pinnedBy = pin == null ? null : last;
    }
  }

  /** The transaction is gone with its server. */
  void lost() {
    inTransaction = false;
  }

  ProxyHolders.Client look(long now, long epochMillis) {
    ServerConnection held = session.server();
    Segment running = session.openSegment();
    if (running == null && held != null && held.owed() > 0) {
      running = held.replies().segment(0);
    }
    ClientState state = state(held, running);
    Segment.Login login = session.account().login();
    return new ProxyHolders.Client(
        session.id(),
        new ProxyHolders.Who(login.database(), login.user(), login.service()),
        Onlooker.ends(session.channel()),
        Objects.requireNonNullElse(session.settings().now().get("application_name"), ""),
        state,
        epochMillis - (now - connectedAt) / 1_000_000,
        Math.max(0, now - since(state, running)),
        pin(now),
        transactionNanos(held == null ? null : running, now),
        running == null || running.fingerprint().equals(Fingerprint.NONE)
            ? last
            : running.fingerprint(),
        held == null ? 0 : Look.key(held),
        held == null ? 0 : held.pid(),
        session.statements().named().size());
  }

  private ClientState state(@Nullable ServerConnection held, @Nullable Segment running) {
    Pause pause = session.pause();
    if (held == null) {
      return pause == Pause.WAITING || pause == Pause.GREETING
          ? ClientState.WAITING
          : ClientState.IDLE;
    }
    if (running != null) {
      return ClientState.ACTIVE;
    }
    return session.lease().status == Backend.IDLE
        ? ClientState.PINNED
        : ClientState.IDLE_IN_TRANSACTION;
  }

  private long since(ClientState state, @Nullable Segment running) {
    return switch (state) {
      case WAITING -> session.lease().waitingSince();
      case ACTIVE -> running == null ? lastEnd : running.startNanos();
      case IDLE, IDLE_IN_TRANSACTION, PINNED -> lastEnd;
    };
  }

  /** Age of the open transaction, of which {@code running} may be the first; -1 without one. */
  private long transactionNanos(@Nullable Segment running, long now) {
    if (inTransaction) {
      return now - transactionBegan;
    }
    return running == null ? -1 : now - running.startNanos();
  }

  private @Nullable Pin pin(long now) {
    PinReason reason = session.pins().reason();
    if (reason == null) {
      return null;
    }
    boolean noted = pinned == reason;
    return new Pin(reason, noted ? pinnedBy : last, now - (noted ? pinnedAt : lastEnd));
  }
}
