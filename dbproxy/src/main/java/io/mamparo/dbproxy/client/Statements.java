package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final Pattern DEALLOCATE =
      Pattern.compile(
          "\\s*deallocate\\s+(?:prepare\\s+)?(?:\"((?:[^\"]|\"\")+)\"|([a-z_][\\w$]*))\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern SERVER_NAME = Pattern.compile("mamparo_[0-9a-z]+_[0-9a-z]+");

  /** A Parse under a name that is taken, which the server is going to refuse. */
  private record Taken(Named.Entry by) {}

  /** What a failed transaction still takes. */
  private static final int ENDINGS = Traits.ENDS_TRANSACTION | Traits.ROLLS_BACK_PART;

  private static final Object UNNAMED = ServerConnection.UNNAMED;

  private final Session session;
  private final Desk desk;
  private final Named names = new Named();
  private @Nullable SharedStatement unnamed;

  /** What the unnamed statement is by the replies so far; {@link #unnamed} is by the requests. */
  private @Nullable SharedStatement confirmed;

  private boolean unnamedElsewhere;

  /** What the portals of this transaction run, from the first that leaves something behind. */
  private final Map<String, SharedStatement> portals = new HashMap<>(2);

  private Named.@Nullable Entry deallocating;

  Statements(Session session, Desk desk) {
    this.session = session;
    this.desk = desk;
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
      case Frontend.QUERY -> query(in, at, length, have, server, segment);
      case Frontend.PARSE -> parse(in, at, length, have, server, segment);
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

  // ---- simple queries

  private Verdict query(
      ByteBuf in, int at, int length, int have, ServerConnection server, Segment segment) {
    if (have < length) {
      session.requests().readInPieces(desk.texts().pieces(), segment);
      return queryGoes(server, segment);
    }
    Texts texts = desk.texts();
    int textLength = length - 6;
    texts.read(in, at + 5, Math.max(textLength, 0));
    segment.statement(texts);
    int traits = texts.traits();
    if ((traits & (Traits.SETTING | Traits.DEALLOCATE | Traits.DISCARD)) == 0) {
      return queryGoes(server, segment);
    }
    if ((traits & (Traits.DEALLOCATE | Traits.DISCARD)) != 0 && server.owed() > 0) {
      return later(length, segment);
    }
    String text = in.toString(at + 5, textLength, StandardCharsets.UTF_8);
    if ((traits & Traits.SETTING) != 0) {
      segment.setting(text);
    }
    if ((traits & (Traits.DEALLOCATE | Traits.DISCARD)) != 0) {
      return deallocate(in, at, traits, text, server, segment);
    }
    return queryGoes(server, segment);
  }

  private Verdict queryGoes(ServerConnection server, Segment segment) {
    unnamed = null;
    unnamedElsewhere = false;
    server.unnamed(null);
    server.expect(Replies.QUERY, null, segment);
    session.endSegment();
    return Verdict.FORWARD;
  }

  /** Takes effect in its place: nothing is sent behind it before its reply is there. */
  private Verdict deallocate(
      ByteBuf in, int at, int traits, String text, ServerConnection server, Segment segment) {
    session.barrier(false);
    Named.Entry entry = (traits & Traits.SEVERAL) == 0 ? deallocated(text) : null;
    if (entry == null) {
      return queryGoes(server, segment);
    }
    ByteBuf out = session.requests().cut(in, at);
    server.provide(entry.statement(), out, segment);
    deallocating = entry;
    Frontend.query(out, deallocateText(entry));
    queryGoes(server, segment);
    return Verdict.DROP;
  }

  private static String deallocateText(Named.Entry entry) {
    return "DEALLOCATE " + new String(entry.statement().name(), StandardCharsets.US_ASCII);
  }

  private Named.@Nullable Entry deallocated(String text) {
    Matcher matcher = DEALLOCATE.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String quoted = matcher.group(1);
    String name =
        quoted == null
            ? matcher.group(2).toLowerCase(java.util.Locale.ROOT)
            : quoted.replace("\"\"", "\"");
    ByteBuf bytes = io.netty.buffer.Unpooled.copiedBuffer(name, StandardCharsets.UTF_8);
    return names.find(bytes, 0, bytes.readableBytes());
  }

  /** DEALLOCATE, DEALLOCATE ALL or DISCARD ALL has been carried out. */
  void deallocated(boolean all, @Nullable ServerConnection server) {
    if (all) {
      // The unnamed statement stays, as on the server.
      names.clear();
      if (server != null) {
        server.forgetAll();
      }
    } else if (deallocating != null) {
      names.remove(deallocating);
      if (server != null) {
        server.forget(deallocating.statement());
      }
    }
    deallocating = null;
  }

  // ---- extended queries

  /** What has been sent may fail, and then this request means something else: it has to wait. */
  private Verdict later(int length, Segment segment) {
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
  private static boolean closing(ByteBuf in, int at, int length, ServerConnection server) {
    return server.owed() > 0
        && server
            .replies()
            .inEarlierSegment(
                (kind, thing) ->
                    kind == Replies.CLOSE_FAKED
                        && thing instanceof Named.Entry entry
                        && entry.named(in, at, length));
  }

  private Verdict parse(
      ByteBuf in, int at, int length, int have, ServerConnection server, Segment segment) {
    int nameEnd = end(in, at + 5, at + have);
    int nameLength = nameEnd - at - 5;
    if (have < length) {
      session.pin(PinReason.LARGE_STATEMENT);
      if (nameLength == 0) {
        unnamed = null;
        unnamedElsewhere = true;
        server.unnamed(null);
      }
      server.expect(Replies.PARSE, null, segment);
      return Verdict.FORWARD;
    }
    Named.Entry taken = nameLength == 0 ? null : names.find(in, at + 5, nameLength);
    if (taken != null && server.owed() > 0) {
      return later(length, segment);
    }
    if (taken == null && nameLength > 0 && closing(in, at + 5, nameLength, server)) {
      return later(length, segment);
    }
    Texts texts = desk.texts();
    SharedStatement statement = texts.prepare(in, nameEnd + 1, at + length - nameEnd - 1);
    segment.statement(statement.fingerprint(), 0);
    segment.trace(texts);
    if (nameLength == 0) {
      return parseUnnamed(in, at, statement, server, segment);
    }
    boolean known = nameLength > 0 && server.has(statement);
    boolean open = server.replies().severalSegments() || (session.aborted() && server.owed() > 0);
    if (known && (open || server.uncertain(statement))) {
      // Whether the server would take it depends on how the transaction stands by then.
      return later(length, segment);
    }
    if (taken != null) {
      return parseTaken(in, at, nameEnd, length, taken, server, segment);
    }
    return parseNamed(in, at, nameLength, statement, server, segment);
  }

  private Verdict parseUnnamed(
      ByteBuf in, int at, SharedStatement statement, ServerConnection server, Segment segment) {
    unnamed = statement;
    unnamedElsewhere = false;
    server.unnamed(statement);
    server.expect(Replies.PARSE, statement, segment);
    if ((statement.traits() & Traits.DEALLOCATE) != 0) {
      String text = text(statement);
      Named.Entry entry = deallocated(text);
      if (entry != null) {
        deallocating = entry;
        ByteBuf out = session.requests().cut(in, at);
        server.provideBefore(entry.statement(), out);
        byte[] body = (deallocateText(entry) + "\0\0\0").getBytes(StandardCharsets.US_ASCII);
        Frontend.parse(out, new byte[0], body);
        return Verdict.DROP;
      }
    }
    return Verdict.FORWARD;
  }

  private static String text(SharedStatement statement) {
    byte[] body = statement.body();
    int zero = 0;
    while (zero < body.length && body[zero] != 0) {
      zero++;
    }
    return new String(body, 0, zero, StandardCharsets.UTF_8);
  }

  /** The server says what is wrong with it: it has the statement under the shared name. */
  private Verdict parseTaken(
      ByteBuf in,
      int at,
      int nameEnd,
      int length,
      Named.Entry taken,
      ServerConnection server,
      Segment segment) {
    ByteBuf out = session.requests().cut(in, at);
    server.provide(taken.statement(), out, segment);
    byte[] name = taken.statement().name();
    out.writeByte(Frontend.PARSE).writeInt(length - 1 - (nameEnd - at - 5) + name.length);
    out.writeBytes(name);
    session.requests().passFrom(nameEnd);
    server.expect(Replies.PARSE, new Taken(taken), segment);
    return Verdict.FORWARD;
  }

  private Verdict parseNamed(
      ByteBuf in,
      int at,
      int nameLength,
      SharedStatement statement,
      ServerConnection server,
      Segment segment) {
    boolean there = server.has(statement);
    boolean aborted =
        session.aborted()
            && (statement.traits() & ENDINGS) == 0
            && !statement.fingerprint().text().isEmpty();
    ByteBuf out = session.requests().cut(in, at);
    if (there && aborted) {
      Frontend.parse(out, statement.name(), statement.body());
      server.expect(Replies.PARSE, null, segment);
      return Verdict.DROP;
    }
    Named.Entry entry = names.add(in, at + 5, nameLength, statement);
    if (there) {
      server.expect(Replies.PARSE_FAKED, entry, segment);
    } else {
      Frontend.parse(out, statement.name(), statement.body());
      server.prepare(statement, Replies.PARSE, entry, out, segment);
    }
    return Verdict.DROP;
  }

  private Verdict bind(ByteBuf in, int at, int length, ServerConnection server, Segment segment) {
    int limit = in.writerIndex();
    int portalEnd = end(in, at + 5, limit);
    int nameEnd = end(in, portalEnd + 1, limit);
    if (nameEnd == portalEnd + 1) {
      if (uncertainUnnamed(server)) {
        return later(length, segment);
      }
      SharedStatement bound = unnamed;
      if (bound != null) {
        bound(in, at + 5, portalEnd, bound, segment);
      }
      provideUnnamed(in, at, server, segment);
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
    bound(in, at + 5, portalEnd, statement, segment);
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

  /** What a statement leaves behind counts when its portal is executed. */
  private void bound(
      ByteBuf in, int portalAt, int portalEnd, SharedStatement statement, Segment segment) {
    segment.statement(statement.fingerprint(), 0);
    if (statement.traits() != 0 || !portals.isEmpty()) {
      portals.put(in.toString(portalAt, portalEnd - portalAt, StandardCharsets.UTF_8), statement);
    }
  }

  private boolean executed(ByteBuf in, int at, Segment segment) {
    int end = end(in, at, in.writerIndex());
    SharedStatement statement = portals.get(in.toString(at, end - at, StandardCharsets.UTF_8));
    if (statement == null) {
      return false;
    }
    int traits = statement.traits();
    segment.statement(statement.fingerprint(), traits);
    if ((traits & Traits.SETTING) != 0) {
      segment.setting(text(statement));
    }
    return (traits & (Traits.DEALLOCATE | Traits.DISCARD)) != 0;
  }

  /** Portals end with their transaction. */
  void transactionEnded() {
    if (!portals.isEmpty()) {
      portals.clear();
    }
  }

  private boolean uncertainUnnamed(ServerConnection server) {
    return server.uncertainUnnamed()
        || (unnamed == null
            && server.owed() > 0
            && server.replies().inEarlierSegment((kind, thing) -> thing == UNNAMED));
  }

  private void provideUnnamed(ByteBuf in, int at, ServerConnection server, Segment segment) {
    SharedStatement wanted = unnamed;
    if (unnamedElsewhere || (wanted != null && server.unnamed() == wanted)) {
      return;
    }
    ByteBuf out = session.requests().cut(in, at);
    if (wanted == null) {
      // Somebody else's may still be there: it must not be seen.
      Frontend.closeStatement(out, new byte[0]);
      server.unnamed(null);
      server.expect(Replies.CLOSE_INJECTED, UNNAMED, segment);
    } else {
      Frontend.parse(out, new byte[0], wanted.body());
      server.unnamed(wanted);
      server.expect(Replies.UNNAMED_INJECTED, wanted, segment);
    }
  }

  private Verdict describe(
      ByteBuf in, int at, int length, ServerConnection server, Segment segment) {
    if (in.getByte(at + 5) != 'S') {
      server.expect(Replies.DESCRIBE, null, segment);
      return Verdict.FORWARD;
    }
    int nameLength = length - 7;
    if (nameLength == 0) {
      if (uncertainUnnamed(server)) {
        return later(length, segment);
      }
      provideUnnamed(in, at, server, segment);
      server.expect(Replies.DESCRIBE, unnamed, segment);
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
    if (!portals.isEmpty() && executed(in, at + 5, segment)) {
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
      unnamed = null;
      unnamedElsewhere = false;
      server.unnamed(null);
      server.expect(Replies.CLOSE, UNNAMED, segment);
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

  private static int end(ByteBuf in, int from, int to) {
    int zero = in.indexOf(from, to, (byte) 0);
    if (zero < 0) {
      throw new ProtocolViolation("invalid string in message");
    }
    return zero;
  }

  // ---- when the replies come

  /** A Parse was carried out, or a Query, which takes the unnamed statement away. */
  void done(byte kind, @Nullable Object thing) {
    if (kind == Replies.QUERY || thing == UNNAMED) {
      confirmed = null;
    } else if (kind == Replies.PARSE && thing instanceof SharedStatement statement) {
      confirmed = statement;
    } else if (kind == Replies.PARSE && thing instanceof Named.Entry entry) {
      entry.confirm();
    }
  }

  /** A request has failed, whereas those behind it are skipped. */
  private void failed(@Nullable Object thing) {
    if (thing instanceof SharedStatement) {
      confirmed = null;
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
    } else if (thing == UNNAMED || kind == Replies.QUERY) {
      boolean takenAway =
          server != null && server.replies().behindSync((k, t) -> k == Replies.QUERY);
      unnamed = unnamed == null && !takenAway ? confirmed : unnamed;
      if (server != null && !takenAway) {
        server.unnamedStays();
      }
    } else if (thing instanceof SharedStatement statement && kind == Replies.PARSE) {
      // A failed one took its predecessor away, a skipped one did not.
      boolean again =
          server != null
              && server.replies().behindSync((k, t) -> k == Replies.PARSE && t == statement);
      unnamed = unnamed == statement && !again ? confirmed : unnamed;
      if (server != null && !again) {
        server.unnamedStays();
      }
    }
  }

  /** Replies to Parse and Close that will never come. */
  void serverLost(Replies owed, @Nullable ServerConnection lost) {
    owed.backwards((kind, thing) -> undone(kind, thing, lost));
    deallocating = null;
  }

  /** The error as the client should see it; null when it may see it as it is. */
  @Nullable ByteBuf error(
      ByteBuf in,
      int at,
      int length,
      ErrorFields fields,
      @Nullable Object thing,
      @Nullable ServerConnection server) {
    deallocating = null;
    if (server != null && server.replies().parsing()) {
      failed(thing);
    }
    if (fields.sqlState().equals("0A000")
        && fields.message().startsWith("cached plan")
        && thing instanceof Replies.Reference reference) {
      reference.statement().retire();
    }
    if (!fields.message().contains("mamparo_")) {
      return null;
    }
    return renamed(in, at, length, thing);
  }

  private ByteBuf renamed(ByteBuf in, int at, int length, @Nullable Object thing) {
    String body = in.toString(at + 5, length - 5, StandardCharsets.ISO_8859_1);
    Matcher matcher = SERVER_NAME.matcher(body);
    StringBuilder changed = new StringBuilder();
    while (matcher.find()) {
      byte[] own = clientName(matcher.group().getBytes(StandardCharsets.US_ASCII), thing);
      String name = own == null ? matcher.group() : new String(own, StandardCharsets.ISO_8859_1);
      matcher.appendReplacement(changed, Matcher.quoteReplacement(name));
    }
    matcher.appendTail(changed);
    byte[] bytes = changed.toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf out = in.alloc().buffer(bytes.length + 5);
    return out.writeByte(Backend.ERROR_RESPONSE).writeInt(bytes.length + 4).writeBytes(bytes);
  }

  private byte @Nullable [] clientName(byte[] serverName, @Nullable Object thing) {
    if (thing instanceof Taken taken) {
      return taken.by().name();
    }
    if (thing instanceof Named.Entry entry
        && java.util.Arrays.equals(entry.statement().name(), serverName)) {
      return entry.name();
    }
    return names.clientName(serverName);
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
    return unnamed;
  }

  /** For a lost transaction: a Parse that the proxy answers itself. */
  void remember(ByteBuf in, int at, int nameLength, SharedStatement statement) {
    if (nameLength == 0) {
      unnamed = statement;
    } else {
      names.add(in, at, nameLength, statement);
    }
  }
}
