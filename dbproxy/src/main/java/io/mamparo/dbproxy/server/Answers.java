package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a server says, held against what it owes: each message is looked at once, and goes to the
 * borrower, or not, or something is said in the server's place. Owned by the event loop of its
 * connection.
 */
final class Answers implements ReplyRelay.Handler {
  private final ServerConnection server;
  private final ServerStatements statements;
  private final Replies replies = new Replies();
  final Healing healing;
  private @Nullable Borrower borrower;

  /** Whether the server skips everything until a Sync. */
  private boolean skipping;

  private boolean copyingIn;
  private boolean progressed;
  private @Nullable Segment orphan;
  private final OwnQuery asked = new OwnQuery();
  private @Nullable ByteBuf replacement;

  Answers(ServerConnection server, int maxPrepared) {
    this.server = server;
    this.statements = new ServerStatements(maxPrepared, this);
    this.healing = new Healing(server, this);
  }

  ServerStatements statements() {
    return statements;
  }

  Replies replies() {
    return replies;
  }

  boolean skipping() {
    return skipping;
  }

  boolean copyingIn() {
    return copyingIn;
  }

  @Nullable Borrower borrower() {
    return borrower;
  }

  /** Who hears the answers; null when nobody does. */
  void borrower(@Nullable Borrower to) {
    borrower = to;
  }

  OwnQuery asked() {
    return asked;
  }

  /** Nothing is owed and the server waits for a request, not for the end of one. */
  boolean settled() {
    return replies.isEmpty() && !skipping && !copyingIn;
  }

  /** Whether the last of what was owed has been answered; true once for each time. */
  boolean drained() {
    if (progressed && replies.isEmpty()) {
      progressed = false;
      healing.settled();
      return true;
    }
    return false;
  }

  /** Notes that a query of the proxy's own is sent. */
  void expectOwn() {
    asked.begin();
    replies.add(Replies.OWN_QUERY, null, null);
  }

  /** Notes that a request is sent whose reply is of this kind. */
  void expect(byte kind, @Nullable Object thing, @Nullable Segment segment) {
    if (skipping && kind != Replies.SYNC) {
      skip(kind, thing);
      return;
    }
    skipping = false;
    if (copyingIn) {
      if (kind == Replies.SYNC) {
        orphan(segment);
        return;
      }
      if (kind == Replies.COPY_END) {
        copyingIn = false;
        return;
      }
    }
    replies.add(kind, thing, segment);
    if (interjects()) {
      interject();
    }
  }

  @Override
  public void pass(ByteBuf bytes) {
    Borrower to = borrower;
    if (to == null) {
      bytes.release();
    } else {
      to.reply(bytes);
    }
  }

  @Override
  public boolean largeMessage(byte type, int length) {
    Segment segment = replies.segment();
    if (segment != null) {
      segment.addOut(length);
    }
    if (type == Backend.ROW_DESCRIPTION && replies.next() == Replies.DESCRIBE) {
      healing.tell();
      replies.pop();
      progressed = true;
    }
    return borrower != null && replies.next() != Replies.OWN_QUERY;
  }

  @Override
  public boolean message(byte type, ByteBuf in, int at, int length) {
    byte next = replies.next();
    if (type == Backend.DATA_ROW) {
      count(length);
      return next == Replies.OWN_QUERY ? asked.row(in, at) : borrower != null;
    }
    boolean own = next == Replies.OWN_QUERY || borrower == null;
    switch (type) {
      case Backend.BIND_COMPLETE -> answered(Replies.BIND);
      case Backend.PARAMETER_DESCRIPTION -> {
        if (healing.holds(in, at, length)) {
          return false;
        }
      }
      case Backend.ROW_DESCRIPTION, Backend.NO_DATA -> {
        if (next == Replies.DESCRIBE) {
          healing.tell();
          answered(Replies.DESCRIBE);
        }
      }
      case Backend.COMMAND_COMPLETE -> completed(in, at + 5, at + length - 1, own);
      case Backend.EMPTY_QUERY_RESPONSE, Backend.PORTAL_SUSPENDED -> {
        if (next == Replies.EXECUTE) {
          answered(Replies.EXECUTE);
        }
      }
      case Backend.PARSE_COMPLETE -> {
        return parsed(next);
      }
      case Backend.CLOSE_COMPLETE -> {
        return closed(next);
      }
      case Backend.COPY_IN_RESPONSE -> copyingIn = replies.copyBegins(this::orphan);
      case Backend.ERROR_RESPONSE -> {
        return error(in, at, length, own);
      }
      case Backend.PARAMETER_STATUS -> {
        return parameter(in, at + 5, own);
      }
      case Backend.READY_FOR_QUERY -> {
        count(length);
        return ready(in.getByte(at + 5));
      }
      case Backend.NOTIFICATION_RESPONSE -> own = borrower == null; // even amid our own query
      default -> {
        // Notices, copy data, descriptions: nothing to note.
      }
    }
    count(length);
    return !own;
  }

  private void count(int length) {
    Segment segment = replies.segment();
    if (segment != null) {
      segment.addOut(length);
    }
  }

  private void answered(byte kind) {
    if (replies.next() != kind) {
      throw new ProtocolViolation("a reply of kind " + kind + " to nothing that was asked");
    }
    Segment segment = replies.segment();
    if (segment != null) {
      segment.addOut(5);
    }
    replies.pop();
    progressed = true;
  }

  private boolean parsed(byte next) {
    statements.parsed(next, replies.thing());
    if (next == Replies.PARSE_INJECTED || next == Replies.UNNAMED_INJECTED) {
      replies.pop();
      progressed = true;
      return false;
    }
    if (borrower != null) {
      borrower.done(Replies.PARSE, replies.thing());
    }
    answered(Replies.PARSE);
    return true;
  }

  private boolean closed(byte next) {
    if (replies.thing() == ServerConnection.UNNAMED) {
      statements.unnamedEnded();
    }
    if (next == Replies.CLOSE_INJECTED) {
      replies.pop();
      progressed = true;
      return false;
    }
    if (borrower != null) {
      borrower.done(Replies.CLOSE, replies.thing());
    }
    answered(Replies.CLOSE);
    return true;
  }

  private void completed(ByteBuf in, int tagAt, int tagEnd, boolean own) {
    Segment segment = replies.segment();
    if (!own && segment != null && borrower != null) {
      borrower.completed(in, tagAt, tagEnd, segment);
    }
    copyingIn = false;
    if (replies.next() == Replies.EXECUTE) {
      answered(Replies.EXECUTE);
    }
  }

  /** Its Sync is ignored: the next one ends it, too. */
  private void orphan(@Nullable Segment segment) {
    orphan = orphan == null ? segment : orphan;
  }

  private boolean error(ByteBuf in, int at, int length, boolean own) {
    ErrorFields fields = ErrorFields.read(in, at + 5, at + length);
    if (fields.fatal()) {
      server.lastWords(fields.message());
      return false;
    }
    if (own) {
      asked.failed(fields);
      return false;
    }
    if (healing.begins(fields, replies, borrower)) {
      skipToSync();
      return false;
    }
    Segment segment = replies.segment();
    if (segment != null) {
      segment.failed(fields.sqlState());
      segment.addOut(length);
    }
    boolean passes = true;
    if (borrower != null) {
      ByteBuf other =
          borrower.error(in, at, length, fields, replies.isEmpty() ? null : replies.thing());
      if (other != null) {
        passes = false;
        replacement = other;
      }
    }
    copyingIn = false;
    progressed = true;
    statements.refused(replies);
    skipToSync();
    return passes;
  }

  private void skipToSync() {
    byte next = replies.next();
    if (next == Replies.QUERY || next == Replies.CALL || next == Replies.NOTHING) {
      return;
    }
    // Undone in reverse, so that what an earlier request undid is not done again.
    int n = 0;
    while (n < replies.size() && replies.kind(n) != Replies.SYNC) {
      n++;
    }
    for (int i = n - 1; i >= 0; i--) {
      skip(replies.kind(i), replies.thing(i));
    }
    for (int i = 0; i < n; i++) {
      replies.pop();
    }
    skipping = replies.isEmpty();
  }

  /** A request that the server skips, or fails, has no effect. */
  private void skip(byte kind, @Nullable Object thing) {
    switch (kind) {
      case Replies.PARSE_INJECTED -> {
        if (thing instanceof SharedStatement statement) {
          statements.notParsed(statement);
        }
      }
      case Replies.UNNAMED_INJECTED -> statements.unnamedStays();
      case Replies.CLOSE_INJECTED -> {
        if (thing instanceof SharedStatement statement) {
          statements.notClosed(statement);
        }
      }
      case Replies.PARSE,
          Replies.PARSE_FAKED,
          Replies.CLOSE,
          Replies.CLOSE_FAKED,
          Replies.QUERY -> {
        if (borrower != null) {
          borrower.undone(kind, thing);
        }
      }
      default -> {
        // Nothing was noted for it.
      }
    }
  }

  private boolean parameter(ByteBuf in, int at, boolean own) {
    int nameEnd = in.indexOf(at, in.writerIndex(), (byte) 0);
    int valueEnd = in.indexOf(nameEnd + 1, in.writerIndex(), (byte) 0);
    String name = in.toString(at, nameEnd - at, StandardCharsets.UTF_8);
    String value = in.toString(nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.UTF_8);
    server.reported(name, value);
    if (borrower == null) {
      return false;
    }
    if (own) {
      String told = borrower.told(name);
      return told != null && !told.equals(value);
    }
    borrower.parameter(name, value);
    return true;
  }

  private boolean ready(byte status) {
    while (!replies.isEmpty() && !replies.readyIsNext()) {
      server.tenure().condemn();
      skip(replies.next(), replies.thing());
      replies.pop();
    }
    byte next = replies.next();
    if (next == Replies.NOTHING) {
      throw new ProtocolViolation("ready without being asked");
    }
    Segment segment = replies.segment();
    replies.pop();
    progressed = true;
    copyingIn = false;
    if (next == Replies.OWN_QUERY || healing.resumes(segment, status)) {
      return false;
    }
    if (next == Replies.QUERY) {
      statements.unnamedEnded();
      if (borrower != null) {
        borrower.done(Replies.QUERY, null);
      }
    }
    if (segment != null && borrower != null) {
      if (orphan != null) {
        segment.adopt(orphan);
        orphan = null;
      }
      borrower.segmentEnded(segment, status);
    }
    return borrower != null;
  }

  @Override
  public boolean interjects() {
    byte next = replies.next();
    return replacement != null
        || next == Replies.PARSE_FAKED
        || next == Replies.CLOSE_FAKED
        || next == Replies.COPY_END;
  }

  @Override
  public void interject() {
    Borrower to = borrower;
    if (replacement != null) {
      ByteBuf bytes = replacement;
      replacement = null;
      pass(bytes);
    }
    while (interjects()) {
      byte kind = replies.next();
      if (to != null && kind != Replies.COPY_END) {
        boolean parse = kind == Replies.PARSE_FAKED;
        ByteBuf out = server.buffer(5);
        Backend.empty(out, parse ? Backend.PARSE_COMPLETE : Backend.CLOSE_COMPLETE);
        to.done(parse ? Replies.PARSE : Replies.CLOSE, replies.thing());
        to.reply(out);
      }
      replies.pop();
      progressed = true;
    }
  }
}
