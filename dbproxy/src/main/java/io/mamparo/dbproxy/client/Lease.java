package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.PoolMode;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.pool.Denial;
import io.mamparo.dbproxy.pool.PoolShard;
import io.mamparo.dbproxy.pool.Waiter;
import io.mamparo.dbproxy.server.Borrower;
import io.mamparo.dbproxy.server.Replies;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ErrorFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A session's hold on a server connection: borrows one, brings it to the session's settings, hears
 * what it says, gives it back. Owned by one event loop.
 *
 * <p>Invariant: it is given back only when it has said idle and nothing is half done.
 */
final class Lease implements Borrower, Waiter {
  private final Session session;
  private final Desk desk;
  private final PoolMode mode;
  private final Routing routing;
  private final Replay replay;
  private final TimeLimits limits;
  private PoolShard shard; // where it borrowed from, or stands in line, last
  private @Nullable ServerConnection server;
  private long waitingSince;
  byte status = Backend.IDLE;
  private boolean aborted;

  Lease(Session session, Account account) {
    this.session = session;
    this.desk = session.desk();
    this.mode = account.pool().limits().mode();
    this.routing = new Routing(session, account, mode);
    this.replay = new Replay(session, this);
    this.shard = routing.main();
    this.limits = new TimeLimits(session, this);
  }

  /** For how long it keeps a server: as its pool was when the client came. */
  PoolMode mode() {
    return mode;
  }

  /** Looks whether the client does nothing for too long. */
  void remindIdle(long now) {
    limits.remindIdle(now);
  }

  /** The server it has; null when none. */
  @Nullable ServerConnection server() {
    return server;
  }

  /**
   * A server with the session's settings; null when that takes some time.
   *
   * @param in holds the request that needs it, from {@code at}
   */
  @Nullable ServerConnection attach(byte type, ByteBuf in, int at, int have) {
    ServerConnection held = server;
    if (held != null) {
      return replay.begin(held) ? held : null;
    }
    shard = routing.choose(type, in, at, have);
    waitingSince = session.segment().startNanos();
    session.pause(Pause.WAITING);
    held = shard.borrow(this);
    if (held == null) {
      return null;
    }
    take(held);
    return replay.begin(held) ? held : null;
  }

  /** Borrows one to ask it what the client is to be told. */
  void borrowToGreet() {
    waitingSince = desk.recorder().now();
    borrowAgain();
  }

  private void borrowAgain() {
    session.pause(Pause.GREETING);
    shard = routing.main();
    ServerConnection lent = shard.borrow(this);
    if (lent != null) {
      granted(lent);
    }
  }

  private void take(ServerConnection lent) {
    session.pause(Pause.NONE);
    server = lent;
    lent.lend(this);
    if (mode == PoolMode.SESSION && session.greeting().asked() == null) {
      session.pins().keep();
    }
  }

  @Override
  public void granted(ServerConnection lent) {
    take(lent);
    Settings asked = session.greeting().asked();
    if (asked != null) {
      session.settings().now(lent.base().with(asked));
    }
    attachedNow();
    boolean ready = replay.begin(lent);
    if (asked != null) {
      if (ready) {
        session.greeting().learnt(asked, lent);
      }
      return;
    }
    if (ready) {
      session.go();
    }
  }

  void attachedNow() {
    Segment segment = session.openSegment();
    if (segment != null) {
      segment.attachedAt(desk.recorder().now());
    }
  }

  @Override
  public void denied(Denial denial) {
    if (session.pause() == Pause.CLOSED) {
      return;
    }
    if (session.greeting().asked() != null) {
      session.fatal(denial.sqlState(), denial.message(), denial.hint());
      return;
    }
    session.pause(Pause.NONE);
    session.refusal().begin(denial, session.segment());
    session.endSegment();
    session.go();
  }

  @Override
  public Settings wanted() {
    return session.settings().now();
  }

  @Override
  public long waitingSince() {
    return waitingSince;
  }

  // ---- giving back

  private boolean done() {
    return status == Backend.IDLE
        && session.openSegment() == null
        && session.pins().reason() == null
        && !session.effects().leftovers().pending()
        && session.pause() != Pause.REPLAYING
        && !session.requests().midMessage()
        && server != null
        && server.owed() == 0
        && !server.skipping();
  }

  /** Whether a query of the proxy's own may be sent: no transaction is open, none has begun. */
  private boolean settled(ServerConnection held) {
    return status == Backend.IDLE
        && session.openSegment() == null
        && session.pause() == Pause.NONE
        && !session.requests().midMessage()
        && !held.skipping();
  }

  /** Whether no transaction is open and nothing is owed, whether it has a server or not. */
  boolean idle() {
    ServerConnection held = server;
    return held == null || (status == Backend.IDLE && held.owed() == 0 && !held.skipping());
  }

  void giveBackIfDone() {
    if (done()) {
      release();
    }
  }

  void release() {
    ServerConnection held = server;
    if (held != null) {
      server = null;
      held.giveBack(false, Backend.IDLE);
    }
  }

  /** The session is over. */
  @SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
  void end(Pause before, boolean cutOff) {
    if (before == Pause.WAITING || before == Pause.GREETING) {
      shard.leave(this);
    }
    ServerConnection held = server;
    server = null;
    if (held == null) {
      return;
    }
    boolean left = session.pins().reason() != null || session.effects().leftovers().pending();
    if (held.owed() > 0 && before != Pause.REPLAYING && !held.replies().onlyOwn()) {
      // Nobody wants the result any more: spare the server the work.
      desk.canceller().cancel(held, desk.loop(), () -> held.close(true));
      held.abandon();
    } else if (cutOff || session.openSegment() != null) {
      held.close(true);
      held.abandon();
    } else {
      held.giveBack(left, status);
    }
  }

  /** The client asks to cancel what is being done. */
  void cancel(Runnable done) {
    ServerConnection held = server;
    if (session.pause() == Pause.WAITING && session.greeting().asked() == null) {
      shard.leave(this);
      denied(new Denial("57014", "canceling statement due to user request", "It had not begun."));
    } else if (held != null && held.owed() > 0 && session.pause() != Pause.CLOSED) {
      desk.canceller().cancel(held, desk.loop(), done);
      return;
    }
    done.run();
  }

  // ---- from the server

  @Override
  public int clientId() {
    return session.id();
  }

  @Override
  public void reply(ByteBuf bytes) {
    session.reply(bytes);
  }

  @Override
  public void flushReplies() {
    session.flushReplies();
  }

  @Override
  public void done(byte kind, @Nullable Object thing) {
    session.statements().done(kind, thing);
  }

  @Override
  public void undone(byte kind, @Nullable Object thing) {
    session.statements().undone(kind, thing, server);
  }

  @Override
  public void completed(ByteBuf in, int tagAt, int tagEnd, Segment of) {
    session.effects().completed(in, tagAt, tagEnd, of, server);
  }

  @Override
  public void parameter(String name, String value) {
    session.settings().reported(name, value, server);
  }

  @Override
  public @Nullable String told(String name) {
    return session.greeting().asked() == null ? session.settings().now().get(name) : null;
  }

  @Override
  public @Nullable ByteBuf error(
      ByteBuf in, int at, int length, ErrorFields fields, @Nullable Object thing) {
    return session.statements().error(in, at, length, fields, thing, server);
  }

  @Override
  public @Nullable SharedStatement renew(Replies.Reference stale) {
    boolean whole = session.openSegment() == null && session.pause() == Pause.NONE;
    return whole && status == Backend.IDLE ? session.statements().renew(stale) : null;
  }

  @Override
  public void segmentEnded(Segment ended, byte newStatus) {
    boolean began = status == Backend.IDLE;
    status = newStatus;
    aborted = newStatus == Backend.FAILED_TRANSACTION;
    session.effects().ended(ended, newStatus, server);
    if (newStatus == Backend.IDLE) {
      session.statements().transactionEnded();
    }
    ServerConnection held = server;
    if (held != null) {
      ended.ranIn(held.pid());
    }
    desk.recorder().end(ended, session.pins().reason() != null);
    session.watch.ended(ended, newStatus);
    limits.ended(began, ended);
    routing.ended(shard, newStatus, ended);
  }

  @Override
  public void remind(long now, Times times) {
    limits.remind(server, status, now, times);
  }

  /** Whether the transaction has failed, by the replies so far. */
  boolean aborted() {
    return aborted;
  }

  /** A rollback, whole or in part, was carried out. */
  void revived() {
    aborted = false;
  }

  @Override
  public void drained() {
    ServerConnection held = server;
    if (held == null) {
      return;
    }
    if (session.pause() == Pause.REPLAYING) {
      replay.answered(held);
      return;
    }
    Leftovers leftovers = session.effects().leftovers();
    if (session.pause() == Pause.RECKONING) {
      leftovers.answered(held.ownError() == null ? held.ownRows() : null, held);
      session.pause(Pause.NONE);
    }
    if (session.pause() == Pause.BARRIER) {
      session.pause(Pause.NONE);
    }
    if (leftovers.pending() && settled(held)) {
      session.pause(Pause.RECKONING);
      held.ask(leftovers.query());
      return;
    }
    if (mode == PoolMode.STATEMENT && status != Backend.IDLE) {
      StatementMode.end(session);
      return;
    }
    giveBackIfDone();
    if (session.account().removed()
        && session.openSegment() == null
        && session.pause() == Pause.NONE
        && idle()) {
      session.dismiss();
      return;
    }
    session.go();
  }

  @Override
  public void serverLost(Replies owed, String reason, boolean midMessage) {
    ServerConnection lost = server;
    server = null;
    if (session.pause() == Pause.CLOSED) {
      return;
    }
    if (session.pause() == Pause.REPLAYING) {
      // Nothing of the client's has been sent yet: another server will do.
      if (session.greeting().asked() != null) {
        borrowAgain();
        return;
      }
      session.pause(Pause.NONE);
      session.go();
      return;
    }
    Loss.of(session, owed, lost, reason, null, gone(), midMessage);
  }

  /** It has no server any more; returns the transaction state told last. */
  byte gone() {
    byte last = status;
    server = null;
    session.watch.lost();
    status = Backend.IDLE;
    return last;
  }

  @Override
  public void serverWritable(boolean writable) {
    if (writable) {
      session.writable();
    }
  }

  @Override
  public boolean clientWritable() {
    return session.channel().isWritable();
  }
}
