package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** What becomes of a Parse. Owned by one event loop. */
final class Parsing {
  /** What a failed transaction still takes. */
  private static final int ENDINGS = Traits.ENDS_TRANSACTION | Traits.ROLLS_BACK_PART;

  private final Session session;
  private final Statements statements;
  private final Named names;
  private final Unnamed unnamed;
  private final Deallocation deallocation;

  Parsing(
      Session session,
      Statements statements,
      Named names,
      Unnamed unnamed,
      Deallocation deallocation) {
    this.session = session;
    this.statements = statements;
    this.names = names;
    this.unnamed = unnamed;
    this.deallocation = deallocation;
  }

  Verdict parse(
      ByteBuf in, int at, int length, int have, ServerConnection server, Segment segment) {
    int nameEnd = Statements.end(in, at + 5, at + have);
    int nameLength = nameEnd - at - 5;
    if (have < length) {
      return large(nameLength, server, segment);
    }
    Named.Entry taken = nameLength == 0 ? null : names.find(in, at + 5, nameLength);
    if (taken != null && server.owed() > 0) {
      return statements.later(length, segment);
    }
    if (taken == null && nameLength > 0 && Statements.closing(in, at + 5, nameLength, server)) {
      return statements.later(length, segment);
    }
    Texts texts = session.desk().texts();
    SharedStatement statement = texts.prepare(in, nameEnd + 1, at + length - nameEnd - 1);
    if (StatementMode.refuses(session, statement.traits())) {
      return StatementMode.refuse(session, Frontend.PARSE, in, at, length, server);
    }
    segment.statement(statement.fingerprint(), 0);
    segment.trace(texts);
    if (nameLength == 0) {
      return parseUnnamed(in, at, statement, server, segment);
    }
    boolean known = server.has(statement);
    boolean open =
        server.replies().severalSegments() || (session.lease().aborted() && server.owed() > 0);
    if (known && (open || server.uncertain(statement))) {
      // Whether the server would take it depends on how the transaction stands by then.
      return statements.later(length, segment);
    }
    if (taken != null) {
      return parseTaken(in, at, nameEnd, length, taken, server, segment);
    }
    return parseNamed(in, at, nameLength, statement, server, segment);
  }

  private Verdict large(int nameLength, ServerConnection server, Segment segment) {
    session.pins().pin(PinReason.LARGE_STATEMENT, Fingerprint.OTHER);
    if (nameLength == 0) {
      unnamed.parsedLarge();
      server.unnamed(null);
    }
    server.expect(Replies.PARSE, null, segment);
    return Verdict.FORWARD;
  }

  private Verdict parseUnnamed(
      ByteBuf in, int at, SharedStatement statement, ServerConnection server, Segment segment) {
    unnamed.parsed(statement);
    server.unnamed(statement);
    server.expect(Replies.PARSE, statement, segment);
    if ((statement.traits() & Traits.DEALLOCATE) != 0) {
      Named.Entry entry = deallocation.read(statement.text());
      if (entry != null) {
        deallocation.begins(entry);
        ByteBuf out = session.requests().cut(in, at);
        server.provideBefore(entry.statement(), out);
        byte[] body = (Deallocation.text(entry) + "\0\0\0").getBytes(StandardCharsets.US_ASCII);
        Frontend.parse(out, new byte[0], body);
        return Verdict.DROP;
      }
    }
    return Verdict.FORWARD;
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
    server.expect(Replies.PARSE, new Statements.Taken(taken), segment);
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
        session.lease().aborted()
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
}
