package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.PoolMode;
import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.pool.Denial;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;

/**
 * Refuses what a pool in statement mode does not have: a transaction that outlives the message that
 * begins it. Stateless; called on the session's loop.
 *
 * <p>The client hears the error and is then in a failed transaction until it ends that, as if BEGIN
 * had succeeded and the next statement had not: what it has sent behind BEGIN must not take effect
 * on its own.
 */
final class StatementMode {
  private static final int BEGINNING = Traits.BEGINS_TRANSACTION | Traits.ENDS_TRANSACTION;

  static final Denial DENIAL =
      new Denial(
          "0A000",
          "transactions of several statements are not allowed in statement mode",
          "Send each statement on its own (autocommit), or give the pool another mode in the stack"
              + " file.");

  private StatementMode() {}

  /** Whether a text with these traits is refused. */
  static boolean refuses(Session session, int traits) {
    return (traits & BEGINNING) == Traits.BEGINS_TRANSACTION
        && session.lease().mode() == PoolMode.STATEMENT;
  }

  /** Refuses the message at {@code at}, once all that came before it has been answered. */
  static Verdict refuse(
      Session session, byte type, ByteBuf in, int at, int length, ServerConnection server) {
    Segment segment = session.segment();
    if (server.owed() > 0) {
      return session.statements().later(length, segment);
    }
    segment.addIn(-length);
    tell(session);
    if (segment.bytesIn() > 0) {
      // What the batch has done so far is undone with the connection.
      session.lease().gone();
      server.close(true);
      byte open = Backend.IN_TRANSACTION;
      Loss.of(session, server.replies(), server, DENIAL.message(), DENIAL, open, false);
      server.abandon();
    } else {
      session.desk().recorder().drop(segment);
      session.endSegment();
      session.lease().giveBackIfDone();
      session.refusal().abort(DENIAL, "It was refused; roll back.");
    }
    return session.refusal().request(type, in, at, length, length);
  }

  /** A transaction is open all the same: its text was too long to be read beforehand. */
  static void end(Session session) {
    tell(session);
    session.fatal(DENIAL.sqlState(), DENIAL.message(), DENIAL.hint());
  }

  private static void tell(Session session) {
    Segment.Login login = session.account().login();
    session
        .desk()
        .recorder()
        .listener()
        .onRefused(login.database(), login.user(), "transaction in statement mode");
  }
}
