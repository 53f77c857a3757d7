package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.pool.Denial;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What becomes of a session whose server connection is gone. Stateless. */
final class Loss {
  private Loss() {}

  /**
   * Answers what was owed. The client stays, unless it was in the middle of a message, or kept
   * things on the server that are gone with it.
   *
   * @param lost may still be open when it was the proxy that gave it up
   * @param why what to say; null when the connection was lost
   * @param status the transaction state told last
   * @param midMessage whether the client has got a message in part
   */
  static void of(
      Session session,
      Replies owed,
      @Nullable ServerConnection lost,
      String reason,
      @Nullable Denial why,
      byte status,
      boolean midMessage) {
    boolean kept = session.pins().reason() != null || session.effects().leftovers().pending();
    if (midMessage || kept || session.requests().midMessage()) {
      if (!midMessage) {
        ByteBuf out = session.channel().alloc().buffer(256);
        String sqlState = why == null ? "57P01" : why.sqlState();
        String message = why == null ? Refusal.lost(reason) : why.message();
        Backend.error(out, "FATAL", sqlState, message, why == null ? null : why.hint());
        session.reply(out);
      }
      session.close();
      return;
    }
    session.statements().serverLost(owed, lost);
    session.refusal().lost(owed, reason, why, status, begun(session));
    session.endSegment();
    session.pause(Pause.NONE);
    session.go();
  }

  /**
   * The segment of which the server has got something and the client has not sent the end. One of
   * which nothing has gone out yet is begun anew, on another server.
   */
  private static @Nullable Segment begun(Session session) {
    Segment open = session.openSegment();
    if (open == null || open.bytesIn() > 0) {
      return open;
    }
    session.desk().recorder().drop(open);
    return null;
  }
}
