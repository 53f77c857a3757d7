package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A session's unnamed statement, which its server connection may have to be given again. Owned by
 * one event loop.
 */
final class Unnamed {
  /** The thing of a Close of the unnamed statement. */
  static final Object NONE = ServerConnection.UNNAMED;

  private final Requests requests;
  private @Nullable SharedStatement statement;

  /** What it is by the replies so far; {@link #statement} is by the requests. */
  private @Nullable SharedStatement confirmed;

  /** It is on the server, but too large to be known here. */
  private boolean elsewhere;

  Unnamed(Requests requests) {
    this.requests = requests;
  }

  /** What it is by the requests so far; null when there is none, or it is not known. */
  @Nullable SharedStatement statement() {
    return statement;
  }

  /** A Parse makes it this one. */
  void parsed(SharedStatement fresh) {
    statement = fresh;
    elsewhere = false;
  }

  /** A Parse that is not kept here makes it another. */
  void parsedLarge() {
    statement = null;
    elsewhere = true;
  }

  /** A Query or a Close takes it away. */
  void gone() {
    statement = null;
    elsewhere = false;
  }

  /** Whether an earlier segment, which may fail, decides what it is. */
  boolean uncertain(ServerConnection server) {
    return server.uncertainUnnamed()
        || (statement == null
            && server.owed() > 0
            && server.replies().inEarlierSegment((kind, thing) -> thing == NONE));
  }

  /** Makes sure that the server's is the session's, ahead of the message at {@code at}. */
  void provide(ByteBuf in, int at, ServerConnection server, Segment segment) {
    SharedStatement wanted = statement;
    if (elsewhere || (wanted != null && server.unnamed() == wanted)) {
      return;
    }
    ByteBuf out = requests.cut(in, at);
    if (wanted == null) {
      // Somebody else's may still be there: it must not be seen.
      Frontend.closeStatement(out, new byte[0]);
      server.unnamed(null);
      server.expect(Replies.CLOSE_INJECTED, NONE, segment);
    } else {
      Frontend.parse(out, new byte[0], wanted.body());
      server.unnamed(wanted);
      server.expect(Replies.UNNAMED_INJECTED, wanted, segment);
    }
  }

  // ---- when the replies come

  void confirmed(@Nullable SharedStatement now) {
    confirmed = now;
  }

  /** A Close of it, or a Query, was skipped or failed. */
  void stays(@Nullable ServerConnection server) {
    boolean takenAway = server != null && server.replies().behindSync((k, t) -> k == Replies.QUERY);
    statement = statement == null && !takenAway ? confirmed : statement;
    if (server != null && !takenAway) {
      server.unnamedStays();
    }
  }

  /** A Parse of it was skipped or failed. A failed one took its predecessor away. */
  void notParsed(SharedStatement undone, @Nullable ServerConnection server) {
    boolean again =
        server != null && server.replies().behindSync((k, t) -> k == Replies.PARSE && t == undone);
    statement = statement == undone && !again ? confirmed : statement;
    if (server != null && !again) {
      server.unnamedStays();
    }
  }
}
