package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.Overdue;
import io.mamparo.dbproxy.PoolMode;
import io.mamparo.dbproxy.pool.Denial;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one client from holding a server, or its place, for longer than it may. A transaction that
 * takes too long is rolled back, and its client hears PostgreSQL's own SQLSTATE but stays. Owned by
 * one event loop, which looks ten times a second.
 */
final class TimeLimits {
  private final Session session;
  private final Lease lease;
  private final long enteredAt;
  private boolean active;
  private long transactionSince;
  private long quietSince;

  TimeLimits(Session session, Lease lease) {
    this.session = session;
    this.lease = lease;
    enteredAt = session.desk().recorder().now();
  }

  /** A stretch of requests has ended; {@code began} when no transaction was open before it. */
  void ended(boolean began, Segment ended) {
    if (began) {
      transactionSince = ended.startNanos();
    }
    quietSince = ended.endNanos();
    active = true;
  }

  /** Looks at a client that holds a server. */
  void remind(@Nullable ServerConnection held, byte status, long now, Times times) {
    if (held == null || session.greeting().asked() != null) {
      return;
    }
    if (over(times.transaction(), now - transactionSince(held, status, now))) {
      cut(Overdue.TRANSACTION, held);
    } else if (over(times.idleInTransaction(), now - quietSince) && idle(held, status)) {
      cut(Overdue.IDLE_IN_TRANSACTION, held);
    }
  }

  private static boolean over(Duration limit, long taken) {
    return limit.isPositive() && taken > limit.toNanos();
  }

  private long transactionSince(ServerConnection held, byte status, long now) {
    if (status != Backend.IDLE) {
      return transactionSince;
    }
    Segment running = held.owed() > 0 ? held.replies().segment(0) : null;
    return running == null ? now : running.startNanos();
  }

  private boolean idle(ServerConnection held, byte status) {
    return status != Backend.IDLE
        && held.owed() == 0
        && session.openSegment() == null
        && session.pause() == Pause.NONE;
  }

  private void cut(Overdue why, ServerConnection held) {
    tell(why);
    Denial denial = new Denial(why.sqlState(), why.message(), why.hint());
    byte status = lease.gone();
    if (held.owed() > 0) {
      Desk desk = session.desk();
      desk.canceller().cancel(held, desk.loop(), () -> held.close(true));
    } else {
      held.close(true);
    }
    boolean midReply = held.midMessage();
    Loss.of(session, held.replies(), held, denial.message(), denial, status, midReply);
    held.abandon();
    session.flushReplies();
  }

  private void tell(Overdue why) {
    Segment.Login login = session.account().login();
    session.desk().recorder().listener().onOverdue(login.database(), login.user(), why);
  }

  /** Looks at a client that may be doing nothing at all. */
  void remindIdle(long now) {
    Duration limit = session.account().pool().limits().times().idle();
    boolean holds = lease.server() != null && lease.mode() != PoolMode.SESSION;
    boolean idle =
        !holds && lease.idle() && session.pause() == Pause.NONE && session.openSegment() == null;
    if (idle && over(limit, now - (active ? quietSince : enteredAt))) {
      tell(Overdue.IDLE);
      session.fatal(Overdue.IDLE.sqlState(), Overdue.IDLE.message(), Overdue.IDLE.hint());
    }
  }
}
