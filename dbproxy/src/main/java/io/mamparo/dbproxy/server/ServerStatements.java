package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Which statements a server connection has, by the requests sent and by the replies so far. Owned
 * by the event loop of its connection.
 */
final class ServerStatements {
  private final Prepared prepared;
  private final Answers answers;

  /** What the unnamed statement is, or will be, by the requests; null when unknown. */
  private @Nullable SharedStatement unnamed;

  /** What the unnamed statement is by the replies so far. */
  private @Nullable SharedStatement unnamedThere;

  ServerStatements(int max, Answers answers) {
    this.prepared = new Prepared(max);
    this.answers = answers;
  }

  /** How many it has. */
  int size() {
    return prepared.size();
  }

  /** Makes sure that the server has the statement: writes a Parse when it lacks it. */
  void provide(SharedStatement statement, ByteBuf out, @Nullable Segment segment) {
    if (prepared.has(statement)) {
      return;
    }
    Frontend.parse(out, statement.name(), statement.body());
    prepare(statement, Replies.PARSE_INJECTED, statement, out, segment);
  }

  /** Notes that a Parse of the statement goes out, and makes room for it. */
  void prepare(
      SharedStatement statement, byte kind, Object thing, ByteBuf out, @Nullable Segment segment) {
    SharedStatement evicted = answers.skipping() ? null : prepared.add(statement);
    if (segment != null) {
      segment.parsedOnServer();
    }
    answers.expect(kind, thing, segment);
    if (evicted != null) {
      Frontend.closeStatement(out, evicted.name());
      answers.expect(Replies.CLOSE_INJECTED, evicted, segment);
    }
  }

  /** As {@link #provide}, for a request whose own reply has been noted already. */
  void provideBefore(SharedStatement statement, ByteBuf out) {
    if (!prepared.has(statement)) {
      Frontend.parse(out, statement.name(), statement.body());
      prepared.add(statement);
      answers.replies().insertBeforeLast(Replies.PARSE_INJECTED, statement);
    }
  }

  boolean uncertain(SharedStatement statement) {
    return prepared.has(statement)
        && !prepared.confirmed(statement)
        && answers.replies().parsedEarlier(statement);
  }

  boolean uncertainUnnamed() {
    SharedStatement sent = unnamed;
    Replies replies = answers.replies();
    return sent != null && !replies.isEmpty() && replies.parsedEarlier(sent);
  }

  boolean has(SharedStatement statement) {
    return prepared.has(statement);
  }

  void forget(SharedStatement statement) {
    prepared.remove(statement);
  }

  void forgetAll() {
    prepared.clear();
  }

  @Nullable SharedStatement unnamed() {
    return unnamed;
  }

  void unnamed(@Nullable SharedStatement statement) {
    unnamed = statement;
  }

  /** The unnamed statement is what it was before: later requests were skipped. */
  void unnamedStays() {
    unnamed = unnamedThere;
  }

  /** A query of the proxy's own takes the unnamed statement away. */
  void unnamedGone() {
    unnamed = null;
    unnamedThere = null;
  }

  // ---- by the replies

  /** The server has no unnamed statement now. */
  void unnamedEnded() {
    unnamedThere = null;
  }

  /** A Parse was answered; {@code thing} is what was noted with it. */
  void parsed(byte kind, @Nullable Object thing) {
    if (thing instanceof SharedStatement statement) {
      if (kind == Replies.PARSE_INJECTED) {
        prepared.confirm(statement);
      } else {
        unnamedThere = statement;
      }
    } else if (thing instanceof Replies.Reference reference) {
      prepared.confirm(reference.statement());
    }
  }

  /** What is answered next has failed: a Parse of the unnamed statement takes the old one away. */
  void refused(Replies replies) {
    byte kind = replies.next();
    boolean parse = kind == Replies.PARSE || kind == Replies.UNNAMED_INJECTED;
    if (parse && replies.thing() instanceof SharedStatement) {
      unnamedThere = null;
    }
  }

  /** A Parse of the proxy's own was skipped. */
  void notParsed(SharedStatement statement) {
    prepared.remove(statement);
  }

  /** A Close of the proxy's own was skipped. */
  void notClosed(SharedStatement statement) {
    prepared.add(statement);
    prepared.confirm(statement);
  }
}
