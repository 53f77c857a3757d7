package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Translates one session's requests: its names for prepared statements into the shared ones, which
 * any server connection can be given. Owned by one event loop.
 *
 * <p>What a request does to the session's names is noted when it is sent, and undone when the
 * server fails or skips it, so that pipelined requests see the names as the server will.
 */
final class Statements {
  /** A query's text up to this size is read before a server is borrowed; longer ones stream. */
  private static final int QUERY_WHOLE = 16 * 1024;

  private static final int MAX_NAMES = 8 * 1024;

  /** A Parse under a name that is taken, which the server is going to refuse. */
  record Taken(Named.Entry by) {}

  private final Session session;
  private final Named names = new Named();
  private final Portals portals = new Portals();
  private final Deallocation deallocation = new Deallocation(names);
  private final Unnamed unnamed;
  private final SimpleQueries queries;
  private final Parsing parsing;

  Statements(Session session) {
    this.session = session;
    this.unnamed = new Unnamed(session.requests());
    this.queries = new SimpleQueries(session, this, unnamed, deallocation);
    this.parsing = new Parsing(session, this, names, unnamed, deallocation);
  }

  /** Whether enough of the message is there to deal with it. */
  boolean complete(byte type, ByteBuf in, int at, int length, int have) {
    if (have == length) {
      return true;
    }
    return switch (type) {
      case Frontend.QUERY -> length > QUERY_WHOLE;
      case Frontend.PARSE -> length > Texts.WHOLE && twoStrings(in, at + 5, at + have, 1);
      case Frontend.BIND -> twoStrings(in, at + 5, at + have, 2);
      case Frontend.COPY_DATA, Frontend.FUNCTION_CALL -> true;
      default -> false;
    };
  }

  private static boolean twoStrings(ByteBuf in, int from, int to, int count) {
    int at = from;
    for (int i = 0; i < count; i++) {
      int zero = in.indexOf(at, to, (byte) 0);
      if (zero < 0) {
        if (to - from > MAX_NAMES) {
          throw new ProtocolViolation("a statement or portal name is too long");
        }
        return false;
      }
      at = zero + 1;
    }
    return true;
  }

  Verdict request(
      byte type,
      ByteBuf in,
      int at,
      int length,
      int have,
      ServerConnection server,
      Segment segment) {
    segment.addIn(length);
    return switch (type) {
      case Frontend.BIND -> bind(in, at, length, server, segment);
      case Frontend.EXECUTE -> execute(in, at, server, segment);
      case Frontend.DESCRIBE -> describe(in, at, length, server, segment);
      case Frontend.SYNC -> {
        server.expect(Replies.SYNC, null, segment);
        session.endSegment();
        yield Verdict.FORWARD;
      }
      case Frontend.QUERY -> queries.query(in, at, length, have, server, segment);
      case Frontend.PARSE -> parsing.parse(in, at, length, have, server, segment);
      case Frontend.CLOSE -> close(in, at, length, server, segment);
      case Frontend.FUNCTION_CALL -> {
        server.expect(Replies.CALL, null, segment);
        session.endSegment();
        yield Verdict.FORWARD;
      }
      case Frontend.COPY_DONE, Frontend.COPY_FAIL -> {
        server.expect(Replies.COPY_END, null, segment);
        yield Verdict.FORWARD;
      }
      case Frontend.COPY_DATA, Frontend.FLUSH -> Verdict.FORWARD;
      default -> throw new ProtocolViolation("invalid frontend message type " + (type & 0xff));
    };
  }

  // ---- extended queries

  /** What has been sent may fail, and then this request means something else: it has to wait. */
  Verdict later(int length, Segment segment) {
    segment.addIn(-length);
    session.barrier(true);
    return Verdict.STOP;
  }

  /** Whether an earlier segment, which may fail, brings the name or its statement. */
  private static boolean uncertain(Named.Entry entry, ServerConnection server) {
    return server.uncertain(entry.statement())
        || (!entry.confirmed()
            && server.replies().inEarlierSegment((kind, thing) -> thing == entry));
  }

  /** Whether a Close of the name lies in an earlier segment, which may fail. */
  static boolean closing(ByteBuf in, int at, int length, ServerConnection server) {
    return server.owed() > 0
        && server
            .replies()
            .inEarlierSegment(
                (kind, thing) ->
                    kind == Replies.CLOSE_FAKED
                        && thing instanceof Named.Entry entry
                        && entry.named(in, at, length));
  }

  private Verdict bind(ByteBuf in, int at, int length, ServerConnection server, Segment segment) {
    int limit = in.writerIndex();
    int portalEnd = end(in, at + 5, limit);
    int nameEnd = end(in, portalEnd + 1, limit);
    if (nameEnd == portalEnd + 1) {
      if (unnamed.uncertain(server)) {
        return later(length, segment);
      }
      SharedStatement bound = unnamed.statement();
      if (bound != null) {
        portals.bound(in, at + 5, portalEnd, bound, segment);
      }
      unnamed.provide(in, at, server, segment);
      server.expect(Replies.BIND, bound, segment);
      return Verdict.FORWARD;
    }
    Named.Entry entry = names.find(in, portalEnd + 1, nameEnd - portalEnd - 1);
    if (entry == null) {
      if (closing(in, portalEnd + 1, nameEnd - portalEnd - 1, server)) {
        return later(length, segment);
      }
      server.expect(Replies.BIND, null, segment);
      return Verdict.FORWARD;
    }
    if (uncertain(entry, server)) {
      return later(length, segment);
    }
    SharedStatement statement = entry.statement();
    portals.bound(in, at + 5, portalEnd, statement, segment);
    ByteBuf out = session.requests().cut(in, at);
    server.provide(statement, out, segment);
    byte[] name = statement.name();
    out.writeByte(Frontend.BIND);
    out.writeInt(length - 1 - (nameEnd - portalEnd - 1) + name.length);
    out.writeBytes(in, at + 5, portalEnd + 1 - at - 5).writeBytes(name);
    session.requests().passFrom(nameEnd);
    server.expect(Replies.BIND, entry, segment);
    return Verdict.FORWARD;
  }

  private Verdict describe(
      ByteBuf in, int at, int length, ServerConnection server, Segment segment) {
    if (in.getByte(at + 5) != 'S') {
      server.expect(Replies.DESCRIBE, null, segment);
      return Verdict.FORWARD;
    }
    int nameLength = length - 7;
    if (nameLength == 0) {
      if (unnamed.uncertain(server)) {
        return later(length, segment);
      }
      unnamed.provide(in, at, server, segment);
      server.expect(Replies.DESCRIBE, unnamed.statement(), segment);
      return Verdict.FORWARD;
    }
    Named.Entry entry = nameLength < 0 ? null : names.find(in, at + 6, nameLength);
    if (entry == null) {
      if (nameLength > 0 && closing(in, at + 6, nameLength, server)) {
        return later(length, segment);
      }
      server.expect(Replies.DESCRIBE, null, segment);
      return Verdict.FORWARD;
    }
    if (uncertain(entry, server)) {
      return later(length, segment);
    }
    segment.statement(entry.statement().fingerprint(), 0);
    ByteBuf out = session.requests().cut(in, at);
    server.provide(entry.statement(), out, segment);
    byte[] name = entry.statement().name();
    out.writeByte(Frontend.DESCRIBE).writeInt(4 + 1 + name.length + 1);
    out.writeByte('S').writeBytes(name).writeByte(0);
    server.expect(Replies.DESCRIBE, entry, segment);
    return Verdict.DROP;
  }

  private Verdict execute(ByteBuf in, int at, ServerConnection server, Segment segment) {
    server.expect(Replies.EXECUTE, null, segment);
    if (portals.executed(in, at + 5, segment)) {
      session.barrier(true);
    }
    return Verdict.FORWARD;
  }

  private Verdict close(
      ByteBuf in, int at, int messageLength, ServerConnection server, Segment segment) {
    int length = messageLength - 7;
    if (in.getByte(at + 5) != 'S' || length < 0) {
      server.expect(Replies.CLOSE, null, segment);
      return Verdict.FORWARD;
    }
    if (length == 0) {
      unnamed.gone();
      server.unnamed(null);
      server.expect(Replies.CLOSE, Unnamed.NONE, segment);
      return Verdict.FORWARD;
    }
    Named.Entry entry = names.find(in, at + 6, length);
    if (entry == null) {
      if (closing(in, at + 6, length, server)) {
        return later(messageLength, segment);
      }
      server.expect(Replies.CLOSE, null, segment);
      return Verdict.FORWARD;
    }
    if (uncertain(entry, server)) {
      return later(messageLength, segment);
    }
    names.remove(entry);
    session.requests().cut(in, at);
    server.expect(Replies.CLOSE_FAKED, entry, segment);
    return Verdict.DROP;
  }

  static int end(ByteBuf in, int from, int to) {
    int zero = in.indexOf(from, to, (byte) 0);
    if (zero < 0) {
      throw new ProtocolViolation("invalid string in message");
    }
    return zero;
  }

  // ---- when the replies come

  /** A Parse was carried out, or a Query, which takes the unnamed statement away. */
  void done(byte kind, @Nullable Object thing) {
    if (kind == Replies.QUERY || thing == Unnamed.NONE) {
      unnamed.confirmed(null);
    } else if (kind == Replies.PARSE && thing instanceof SharedStatement statement) {
      unnamed.confirmed(statement);
    } else if (kind == Replies.PARSE && thing instanceof Named.Entry entry) {
      entry.confirm();
    }
  }

  /** A Parse or Close was skipped or failed, or a Query skipped. */
  void undone(byte kind, @Nullable Object thing, @Nullable ServerConnection server) {
    if (thing instanceof Named.Entry entry) {
      if (kind == Replies.CLOSE || kind == Replies.CLOSE_FAKED) {
        names.putBack(entry);
        return;
      }
      names.remove(entry);
      if (kind == Replies.PARSE && server != null) {
        server.forget(entry.statement());
      }
    } else if (thing == Unnamed.NONE || kind == Replies.QUERY) {
      unnamed.stays(server);
    } else if (thing instanceof SharedStatement statement && kind == Replies.PARSE) {
      unnamed.notParsed(statement, server);
    }
  }

  /** Replies to Parse and Close that will never come. */
  void serverLost(Replies owed, @Nullable ServerConnection lost) {
    owed.backwards(
        (kind, thing) -> {
          switch (kind) {
            case Replies.PARSE,
                Replies.PARSE_FAKED,
                Replies.CLOSE,
                Replies.CLOSE_FAKED,
                Replies.QUERY ->
                undone(kind, thing, lost);
            default -> {
              // A Bind that fails leaves the statement it names as it was.
            }
          }
        });
    deallocation.fails();
  }

  /** The error as the client should see it; null when it may see it as it is. */
  @Nullable ByteBuf error(
      ByteBuf in,
      int at,
      int length,
      ErrorFields fields,
      @Nullable Object thing,
      @Nullable ServerConnection server) {
    deallocation.fails();
    if (server != null && server.replies().parsing() && thing instanceof SharedStatement) {
      // It has failed, whereas those behind it are skipped.
      unnamed.confirmed(null);
    }
    if (fields.sqlState().equals("0A000")
        && fields.routine().equals("RevalidateCachedQuery")
        && thing instanceof Replies.Reference reference) {
      reference.statement().retire();
    }
    if (!fields.message().contains(ErrorNames.PREFIX)) {
      return null;
    }
    return ErrorNames.renamed(in, at, length, thing, names);
  }

  /** The session's statement under another name, with nothing sent before its batch is answered. */
  @Nullable SharedStatement renew(Replies.Reference stale) {
    if (!(stale instanceof Named.Entry entry)) {
      return null;
    }
    session.barrier(false);
    SharedStatement fresh = session.desk().texts().renewed(entry.statement());
    entry.statement(fresh);
    Segment.Login login = session.account().login();
    session.desk().recorder().listener().onPlanRenewed(login.database(), login.user());
    return fresh;
  }

  /** DEALLOCATE, DEALLOCATE ALL or DISCARD ALL has been carried out. */
  void deallocated(boolean all, @Nullable ServerConnection server) {
    deallocation.done(all, server);
  }

  /** Portals end with their transaction. */
  void transactionEnded() {
    portals.transactionEnded();
  }

  /** How many names the session has. */
  int size() {
    return names.size();
  }

  /** For a lost transaction: the statement that a Parse, Bind or Describe names. */
  Named named() {
    return names;
  }

  /** For a lost transaction: the session's unnamed statement. */
  @Nullable SharedStatement unnamed() {
    return unnamed.statement();
  }

  /** For a lost transaction: a Parse that the proxy answers itself. */
  void remember(ByteBuf in, int at, int nameLength, SharedStatement statement) {
    if (nameLength == 0) {
      unnamed.parsed(statement);
    } else {
      names.add(in, at, nameLength, statement);
    }
  }
}
