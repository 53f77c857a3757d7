package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a client goes that has closed its half of the connection. Owned by one event loop.
 *
 * <p>What it asked for before is still answered, as PostgreSQL does. But nobody can tell a client
 * that only closed its half from one that is gone, until something is sent to it: so it is told a
 * parameter again, each second, and a client that is gone answers with a reset. What it asked for
 * is cancelled then, instead of holding a server connection for nobody.
 */
final class Departure {
  private static final String PARAMETER = "client_encoding";

  private final Session session;
  private boolean ending;

  Departure(Session session) {
    this.session = session;
  }

  /** Nothing more will come from the client. */
  void halfClosed() {
    ending = true;
    session.go();
    probe();
  }

  /** Ends the session once all that was asked for has been answered. */
  void endIfDone() {
    if (ending && session.pause() != Pause.CLOSED && !busy()) {
      session.close();
    }
  }

  private boolean busy() {
    return switch (session.pause()) {
      case GREETING, WAITING, REPLAYING, RECKONING -> true;
      case NONE, BARRIER, CONGESTED, CLOSED -> owed(session.lease().server());
    };
  }

  /** Whether the server has something to answer that needs no more from the client. */
  private boolean owed(@Nullable ServerConnection held) {
    return held != null
        && held.replies().severalSegments()
        && !held.copyingIn()
        && !session.requests().midMessage();
  }

  private void probe() {
    if (session.pause() == Pause.CLOSED) {
      return;
    }
    ServerConnection held = session.lease().server();
    String value = session.settings().now().get(PARAMETER);
    boolean boundary = held == null || !held.midMessage();
    if (value != null && boundary && session.greeting().asked() == null) {
      ByteBuf out = session.channel().alloc().buffer(64);
      Backend.parameterStatus(out, PARAMETER, value);
      session.reply(out);
      session.flushReplies();
    }
    var next = session.desk().loop().schedule(this::probe, 1, TimeUnit.SECONDS);
    session.channel().closeFuture().addListener(closed -> next.cancel(false));
  }
}
