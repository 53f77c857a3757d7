package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.pool.Denial;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Answers a client in the server's place while there is none to answer: when a transaction gets no
 * server, and when an open one has lost its server. Owned by one event loop.
 *
 * <pre>
 *              denied                     lost while a transaction was open, or not allowed
 *   INACTIVE ─────────→ REFUSING    INACTIVE ─────────→ ABORTED ⇄ SKIPPING_ABORTED
 *       ↑  ↑   Query or Sync │          ↑    ROLLBACK, COMMIT │
 *       │  └─────────────────┘          └─────────────────────┘
 *       └── Sync ── SKIPPING (the error is said, the rest of the batch is not carried out)
 * </pre>
 *
 * As in PostgreSQL, a lost transaction stays failed until the client ends it: whatever it sends in
 * the belief that the transaction is open must not take effect outside of one.
 */
final class Refusal {
  private enum State {
    INACTIVE,
    REFUSING,
    SKIPPING,
    ABORTED,
    SKIPPING_ABORTED
  }

  private final Session session;
  private State state = State.INACTIVE;
  private @Nullable Denial denial;
  private @Nullable Segment segment;
  private boolean told;
  private String remedy = "";
  private boolean ends;

  Refusal(Session session) {
    this.session = session;
  }

  static String lost(String reason) {
    return "the server connection was lost: " + reason;
  }

  /**
   * A transaction whose end was not asked for is surely undone, and may be tried again by whoever
   * retries serialization failures (40001). Of a COMMIT on its way, or of a statement that is a
   * transaction of its own, nobody knows (08007, transaction resolution unknown).
   */
  private static Denial lost(Replies owed, String reason, boolean transaction, boolean open) {
    boolean inside = transaction;
    boolean unknown = owed.size() == 0 && open && !transaction;
    for (int i = 0; i < owed.size(); i++) {
      inside |= has(owed.segment(i), Traits.BEGINS_TRANSACTION);
      unknown |= !inside || has(owed.segment(i), Traits.ENDS_TRANSACTION);
    }
    return unknown
        ? new Denial(
            "08007",
            lost(reason) + "; whether the transaction was committed is not known",
            "Look whether it took effect before you try it again.")
        : new Denial(
            "40001",
            lost(reason) + "; the transaction has been rolled back",
            "Retry the whole transaction.");
  }

  private static boolean has(@Nullable Segment segment, int trait) {
    return segment != null && (segment.traits() & trait) != 0;
  }

  boolean active() {
    return state != State.INACTIVE;
  }

  /** The transaction that this segment would begin gets no server. */
  void begin(Denial why, Segment refused) {
    state = State.REFUSING;
    denial = why;
    segment = refused;
    refused.failed(why.sqlState());
  }

  /** The transaction that the next request begins is refused as if it had failed at once. */
  void abort(Denial why, String whatToDo) {
    state = State.ABORTED;
    denial = why;
    remedy = whatToDo;
    told = false;
    ends = false;
  }

  /**
   * The server is gone: answers what it owed.
   *
   * @param why null to say whether the work is undone or its fate unknown, as it is
   * @param status the transaction state told last
   * @param open the segment that the client has not ended yet, null when there is none
   */
  void lost(
      Replies owed, String reason, @Nullable Denial why, byte status, @Nullable Segment open) {
    boolean transaction = status != Backend.IDLE;
    Denial verdict = why != null ? why : lost(owed, reason, transaction, open != null);
    denial = verdict;
    remedy = "Its server connection was lost; roll back and retry.";
    boolean said = false;
    for (int i = 0; i < owed.size(); i++) {
      if (!said) {
        error(verdict);
        said = true;
      }
      Segment ended = owed.segment(i);
      // Who sent BEGIN may have sent more already, which must not take effect on its own.
      transaction |= has(ended, Traits.BEGINS_TRANSACTION);
      if (owed.endsSegment(i)) {
        ready(transaction ? Backend.FAILED_TRANSACTION : Backend.IDLE);
        said = false;
        if (ended != null) {
          ended.failed(verdict.sqlState());
          session.desk().recorder().end(ended, false);
        }
      }
    }
    boolean heard = said || owed.size() > 0;
    if (open != null) {
      transaction |= has(open, Traits.BEGINS_TRANSACTION);
      session.desk().recorder().drop(open);
      if (!said) {
        error(verdict);
      }
      state = transaction ? State.SKIPPING_ABORTED : State.SKIPPING;
      told = true;
    } else {
      state = transaction ? State.ABORTED : State.INACTIVE;
      told = heard;
    }
    ends = false;
  }

  Verdict request(byte type, ByteBuf in, int at, int length, int have) {
    if (type == Frontend.TERMINATE) {
      state = State.INACTIVE;
      return session.request(type, in, at, length, have);
    }
    return switch (state) {
      case REFUSING -> refuse(type);
      case SKIPPING, SKIPPING_ABORTED -> skip(type);
      case ABORTED ->
          have < length && length <= 16_384 ? Verdict.MORE : aborted(type, in, at, length, have);
      case INACTIVE -> throw new IllegalStateException("nothing to refuse");
    };
  }

  private Verdict refuse(byte type) {
    Denial why = java.util.Objects.requireNonNull(denial);
    switch (type) {
      case Frontend.QUERY, Frontend.FUNCTION_CALL -> {
        error(why);
        finish(Backend.IDLE);
      }
      case Frontend.SYNC -> {
        error(why);
        finish(Backend.IDLE);
      }
      case Frontend.FLUSH, Frontend.COPY_DATA, Frontend.COPY_DONE, Frontend.COPY_FAIL -> {
        // Belong to nothing.
      }
      default -> {
        error(why);
        state = State.SKIPPING;
      }
    }
    return Verdict.DROP;
  }

  private Verdict skip(byte type) {
    if (type == Frontend.SYNC) {
      if (state == State.SKIPPING) {
        finish(Backend.IDLE);
      } else {
        state = State.ABORTED;
        ready(Backend.FAILED_TRANSACTION);
      }
    }
    return Verdict.DROP;
  }

  private void finish(byte status) {
    ready(status);
    state = State.INACTIVE;
    if (segment != null) {
      session.desk().recorder().end(segment, false);
      segment = null;
    }
  }

  // ---- a lost transaction

  private Verdict aborted(byte type, ByteBuf in, int at, int length, int have) {
    boolean whole = have == length;
    switch (type) {
      case Frontend.QUERY -> {
        boolean over = whole && endsTransaction(in, at + 5, length - 6);
        if (over && (told || isRollback(in.getByte(at + 5)))) {
          tag();
          over(Backend.IDLE);
        } else {
          fail();
          over(over ? Backend.IDLE : Backend.FAILED_TRANSACTION);
        }
      }
      case Frontend.SYNC -> over(ends ? Backend.IDLE : Backend.FAILED_TRANSACTION);
      case Frontend.PARSE -> parse(in, at, length, whole);
      case Frontend.BIND -> {
        SharedStatement bound = whole ? bound(in, at) : null;
        if (bound != null && passes(bound)) {
          empty(Backend.BIND_COMPLETE);
        } else {
          failBatch();
        }
      }
      case Frontend.DESCRIBE -> describe(in, at);
      case Frontend.EXECUTE -> {
        tag();
        ends = true;
      }
      case Frontend.CLOSE -> empty(Backend.CLOSE_COMPLETE);
      case Frontend.FUNCTION_CALL -> {
        fail();
        over(Backend.FAILED_TRANSACTION);
      }
      default -> {
        // Flush and copy messages have no reply.
      }
    }
    return Verdict.DROP;
  }

  private boolean endsTransaction(ByteBuf in, int at, int length) {
    var texts = session.desk().texts();
    texts.read(in, at, length);
    return (texts.traits() & (Traits.ENDS_TRANSACTION | Traits.SEVERAL)) == Traits.ENDS_TRANSACTION;
  }

  /**
   * Whether the statement ends the lost transaction. A first COMMIT must fail: the client has not
   * heard yet that there is nothing to commit, and a driver may take the tag ROLLBACK for success.
   */
  private boolean passes(SharedStatement statement) {
    return (statement.traits() & Traits.ENDS_TRANSACTION) != 0
        && (told || isRollback(statement.body()[0]));
  }

  /** Of COMMIT, END, ROLLBACK and ABORT, by the first letter. */
  private static boolean isRollback(byte first) {
    return (first | 32) == 'r' || (first | 32) == 'a';
  }

  private void parse(ByteBuf in, int at, int length, boolean whole) {
    int nameEnd = in.indexOf(at + 5, in.writerIndex(), (byte) 0);
    if (!whole || nameEnd < 0) {
      failBatch();
      return;
    }
    SharedStatement statement =
        session.desk().texts().prepare(in, nameEnd + 1, at + length - nameEnd - 1);
    if (!passes(statement)) {
      failBatch();
      return;
    }
    session.statements().remember(in, at + 5, nameEnd - at - 5, statement);
    empty(Backend.PARSE_COMPLETE);
  }

  private @Nullable SharedStatement bound(ByteBuf in, int at) {
    int portalEnd = in.indexOf(at + 5, in.writerIndex(), (byte) 0);
    int nameEnd = in.indexOf(portalEnd + 1, in.writerIndex(), (byte) 0);
    return find(in, portalEnd + 1, nameEnd - portalEnd - 1);
  }

  private @Nullable SharedStatement find(ByteBuf in, int at, int length) {
    if (length == 0) {
      return session.statements().unnamed();
    }
    Named.Entry entry = session.statements().named().find(in, at, length);
    return entry == null ? null : entry.statement();
  }

  private void describe(ByteBuf in, int at) {
    if (in.getByte(at + 5) == 'S') {
      ByteBuf out = session.channel().alloc().buffer(7);
      out.writeByte(Backend.PARAMETER_DESCRIPTION).writeInt(6).writeShort(0);
      session.reply(out);
    }
    empty(Backend.NO_DATA);
  }

  private void fail() {
    if (told) {
      error(
          new Denial(
              "25P02",
              "current transaction is aborted, commands ignored until end of transaction block",
              remedy));
    } else {
      error(java.util.Objects.requireNonNull(denial));
      told = true;
    }
  }

  private void failBatch() {
    fail();
    state = State.SKIPPING_ABORTED;
  }

  private void over(byte status) {
    ready(status);
    ends = false;
    if (status == Backend.IDLE) {
      state = State.INACTIVE;
    }
  }

  // ---- replies

  private void error(Denial why) {
    ByteBuf out = session.channel().alloc().buffer(256);
    Backend.error(out, "ERROR", why.sqlState(), why.message(), why.hint());
    session.reply(out);
  }

  private void tag() {
    ByteBuf out = session.channel().alloc().buffer(16);
    Backend.commandComplete(out, "ROLLBACK");
    session.reply(out);
  }

  private void empty(byte type) {
    ByteBuf out = session.channel().alloc().buffer(5);
    Backend.empty(out, type);
    session.reply(out);
  }

  private void ready(byte status) {
    ByteBuf out = session.channel().alloc().buffer(6);
    Backend.readyForQuery(out, status);
    session.reply(out);
  }
}
