package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.client.Requests.Verdict;
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
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One logged-in client. Owned by one event loop, on which its server connections live, too.
 *
 * <pre>
 *   GREETING ─welcome known or learnt─→ IDLE ─first message─→ WAITING ─granted─→ (REPLAYING) ─→ BUSY
 *                                        ↑ ↑                     │                               │ │
 *                                        │ └──── refused ────────┘            server lost ───────┘ │
 *                                        └──── ready, idle, nothing owed, not pinned ──────────────┘
 * </pre>
 *
 * Invariant: the server is given back only when it has said idle, no reply is outstanding and no
 * message has been sent in part.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class Session extends ChannelInboundHandlerAdapter
    implements Borrower, Waiter, Requests.Handler {
  /** Why requests are not dealt with at the moment. */
  private enum Pause {
    NONE,
    GREETING,
    WAITING,
    REPLAYING,
    /** Until nothing is owed. */
    BARRIER,
    /** Until the server takes more. */
    CONGESTED,
    CLOSED
  }

  private static final int MOST_OWED = 8_192;

  private final Channel channel;
  private final Desk desk;
  private final Account account;
  private final PoolShard shard;
  private final Cancels cancels;
  private final Requests requests = new Requests(this);
  private final Statements statements;
  private final Effects effects = new Effects(this);
  private final Refusal refusal = new Refusal(this);
  private int cancelPid;
  private int cancelSecret;

  private Pause pause = Pause.GREETING;
  private @Nullable ServerConnection server;
  private @Nullable Segment segment;
  private byte status = Backend.IDLE;
  private boolean aborted;
  private Settings settings = Settings.NONE;
  private Settings first = Settings.NONE;
  private @Nullable Settings startup;
  private @Nullable PinReason pinned;
  private long waitingSince;
  private boolean dirty;
  private boolean flushServer;
  private boolean ending;
  private boolean leaving;

  Session(Channel channel, Desk desk, Account account, Cancels cancels) {
    this.channel = channel;
    this.desk = desk;
    this.account = account;
    this.cancels = cancels;
    this.shard = account.pool().shards().get(desk.recorder().loop());
    this.statements = new Statements(this, desk);
  }

  // ---- greeting

  /** Begins with what the client asked for at start-up. */
  void enter(Map<String, String> parameters) {
    desk.entered(this);
    account.clients().incrementAndGet();
    cancels.register(this);
    Settings wanted = StartupOptions.read(parameters);
    if (wanted == null) {
      fatal("42601", "invalid command-line argument for server process", "Use -c name=value.");
      return;
    }
    String application = wanted.get("application_name");
    Settings key = wanted.with("application_name", null);
    Account.Welcome welcome = account.welcome(key);
    if (welcome != null) {
      first = application(welcome.settings(), application);
      greet(welcome.reported());
      return;
    }
    startup = wanted;
    waitingSince = desk.recorder().now();
    ServerConnection lent = shard.borrow(this);
    if (lent != null) {
      granted(lent);
    }
  }

  private static Settings application(Settings settings, @Nullable String name) {
    return name == null ? settings : settings.with("application_name", clean(name));
  }

  /** As the server does: at most 63 bytes, what is not printable ASCII in hexadecimal. */
  private static String clean(String name) {
    StringBuilder clean = new StringBuilder();
    for (byte b : name.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      if (b >= 32 && b < 127) {
        clean.append((char) b);
      } else {
        clean.append(String.format("\\x%02x", b & 0xff));
      }
    }
    return clean.length() > 63 ? clean.substring(0, 63) : clean.toString();
  }

  /** The start-up settings are in force on the server, in its own spelling. */
  private void learnt(Settings wanted, ServerConnection from) {
    startup = null;
    Settings key = wanted.with("application_name", null);
    Settings plain = from.settings().with("application_name", from.base().get("application_name"));
    account.welcome(key, new Account.Welcome(from.reported(), plain));
    first = application(plain, wanted.get("application_name"));
    Map<String, String> reported = from.reported();
    release();
    greet(reported);
  }

  private void greet(Map<String, String> reported) {
    first = desk.canonical(first);
    settings = first;
    ByteBuf out = channel.alloc().buffer(512);
    Backend.authenticationOk(out);
    reported.forEach(
        (name, value) -> {
          String own = first.get(name);
          Backend.parameterStatus(out, name, own == null ? value : own);
        });
    Backend.backendKeyData(out, cancelPid, cancelSecret);
    Backend.readyForQuery(out, Backend.IDLE);
    reply(out);
    pause = Pause.NONE;
    go();
  }

  // ---- from the client

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    read((ByteBuf) message);
  }

  void read(ByteBuf bytes) {
    if (pause == Pause.CLOSED) {
      bytes.release();
      return;
    }
    requests.add(bytes);
    if (pause == Pause.NONE) {
      process();
    }
    if (requests.isFull()) {
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flushBoth();
  }

  private void process() {
    try {
      requests.process();
    } catch (ProtocolViolation | IndexOutOfBoundsException e) {
      fatal("08P01", String.valueOf(e.getMessage()), null);
      return;
    }
    ServerConnection held = server;
    if (held == null) {
      return;
    }
    if (flushServer) {
      flushServer = false;
      ByteBuf out = channel.alloc().buffer(5);
      Frontend.flush(out);
      held.send(out);
    }
    if (pause == Pause.BARRIER && held.owed() == 0) {
      pause = Pause.NONE;
      process();
    } else {
      giveBackIfDone();
    }
  }

  /** Goes on with what was held back. */
  private void go() {
    if (pause == Pause.NONE && !requests.isEmpty()) {
      process();
    }
    if (pause != Pause.CLOSED && !requests.isFull() && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    flushBoth();
    endIfDone();
  }

  private void flushBoth() {
    if (server != null) {
      server.flush();
    }
    flushReplies();
  }

  @Override
  public Verdict request(byte type, ByteBuf in, int at, int length, int have) {
    if (pause != Pause.NONE) {
      return Verdict.STOP;
    }
    if (refusal.active()) {
      return refusal.request(type, in, at, length, have);
    }
    ServerConnection held = server;
    if (held == null) {
      switch (type) {
        case Frontend.FLUSH, Frontend.COPY_DATA, Frontend.COPY_DONE, Frontend.COPY_FAIL -> {
          // Outside of a copy the server ignores them, too.
          return Verdict.DROP;
        }
        default -> {
          // All others begin something.
        }
      }
    }
    if (type == Frontend.TERMINATE) {
      ending = true;
      leave();
      return Verdict.STOP;
    }
    if (!statements.complete(type, in, at, length, have)) {
      return Verdict.MORE;
    }
    if (held == null || (differs(held) && held.owed() == 0)) {
      held = attach();
      if (held == null) {
        return Verdict.STOP;
      }
    }
    if (!held.writable() || !channel.isWritable()) {
      pause = Pause.CONGESTED;
      return Verdict.STOP;
    }
    if (held.owed() > MOST_OWED) {
      barrier(true);
      return Verdict.STOP;
    }
    return statements.request(type, in, at, length, have, held, segment());
  }

  /** The segment that requests belong to now. */
  Segment segment() {
    Segment now = segment;
    if (now == null) {
      now = desk.recorder().begin(account.login());
      segment = now;
    }
    return now;
  }

  /** A Sync or Query ends the segment. */
  void endSegment() {
    segment = null;
  }

  /** Nothing more until all replies are there. */
  void barrier(boolean flush) {
    pause = Pause.BARRIER;
    flushServer = flush;
  }

  // ---- borrowing

  private @Nullable ServerConnection attach() {
    ServerConnection held = server;
    if (held == null) {
      waitingSince = segment().startNanos();
      pause = Pause.WAITING;
      held = shard.borrow(this);
      if (held == null) {
        return null;
      }
      take(held);
    }
    return prepare(held) ? held : null;
  }

  private void take(ServerConnection lent) {
    pause = Pause.NONE;
    server = lent;
    lent.lend(this);
  }

  @SuppressWarnings("ReferenceEquality") // equal ones are made the same object, see Desk
  private boolean differs(ServerConnection held) {
    return held.settings() != settings;
  }

  /** Brings the server's settings to the session's; false when that takes a round trip. */
  private boolean prepare(ServerConnection held) {
    if (!differs(held)) {
      return true;
    }
    if (held.settings().equals(settings)) {
      held.settings(settings);
      return true;
    }
    pause = Pause.REPLAYING;
    held.ask(held.settings().sqlTowards(settings));
    return false;
  }

  @Override
  public void granted(ServerConnection lent) {
    take(lent);
    Settings asked = startup;
    if (asked != null) {
      settings = lent.base().with(asked);
    }
    if (segment != null) {
      segment.attachedAt(desk.recorder().now());
    }
    boolean ready = prepare(lent);
    if (asked != null) {
      if (ready) {
        learnt(asked, lent);
      }
      return;
    }
    if (ready) {
      go();
    }
  }

  private void replayed(ServerConnection held) {
    pause = Pause.NONE;
    ErrorFields error = held.ownError();
    Settings asked = startup;
    if (error == null) {
      held.replayed(settings);
      if (asked != null) {
        learnt(asked, held);
        return;
      }
      settings = desk.canonical(held.settings());
      held.settings(settings);
      if (segment != null) {
        segment.attachedAt(desk.recorder().now());
      }
      go();
      return;
    }
    if (asked != null) {
      fatal(error.sqlState(), error.message(), null);
      return;
    }
    release();
    denied(
        new Denial(
            error.sqlState(),
            "the session's settings cannot be restored on another server connection: "
                + error.message(),
            "Reset the setting, or log in again."));
  }

  @Override
  public void denied(Denial denial) {
    if (pause == Pause.CLOSED) {
      return;
    }
    if (startup != null) {
      fatal(denial.sqlState(), denial.message(), denial.hint());
      return;
    }
    pause = Pause.NONE;
    refusal.begin(denial, segment());
    segment = null;
    go();
  }

  @Override
  public Settings wanted() {
    return settings;
  }

  @Override
  public long waitingSince() {
    return waitingSince;
  }

  private boolean done() {
    return status == Backend.IDLE
        && segment == null
        && pinned == null
        && pause != Pause.REPLAYING
        && !requests.midMessage()
        && server != null
        && server.owed() == 0
        && !server.skipping();
  }

  private void giveBackIfDone() {
    if (done()) {
      release();
    }
  }

  private void release() {
    ServerConnection held = server;
    if (held != null) {
      server = null;
      held.giveBack(false, Backend.IDLE);
    }
  }

  // ---- from the server

  @Override
  public @Nullable ServerConnection server() {
    return server;
  }

  @Override
  public void reply(ByteBuf bytes) {
    dirty = true;
    channel.write(bytes, channel.voidPromise());
  }

  @Override
  public void flushReplies() {
    if (dirty) {
      dirty = false;
      channel.flush();
    }
  }

  @Override
  public void done(byte kind, @Nullable Object thing) {
    statements.done(kind, thing);
  }

  @Override
  public void undone(byte kind, @Nullable Object thing) {
    statements.undone(kind, thing, server);
  }

  @Override
  public void completed(ByteBuf in, int tagAt, int tagEnd, Segment of) {
    effects.completed(in, tagAt, tagEnd, of, server);
  }

  @Override
  public void parameter(String name, String value) {
    if (!Settings.isFact(name)) {
      settings = settings.with(name, value);
      alike();
    }
  }

  /** Uses one object on both sides when they are equal. */
  void alike() {
    settings = desk.canonical(settings);
    ServerConnection held = server;
    if (held != null && held.settings().equals(settings)) {
      held.settings(settings);
    }
  }

  @Override
  public @Nullable String told(String name) {
    return startup == null ? settings.get(name) : null;
  }

  @Override
  public @Nullable ByteBuf error(
      ByteBuf in, int at, int length, ErrorFields fields, @Nullable Object thing) {
    return statements.error(in, at, length, fields, thing, server);
  }

  @Override
  public void segmentEnded(Segment ended, byte newStatus) {
    status = newStatus;
    aborted = newStatus == Backend.FAILED_TRANSACTION;
    effects.ended(ended, newStatus, server);
    if (newStatus == Backend.IDLE) {
      statements.transactionEnded();
    }
    desk.recorder().end(ended, pinned != null);
  }

  @Override
  public void drained() {
    ServerConnection held = server;
    if (held == null) {
      return;
    }
    if (pause == Pause.REPLAYING) {
      replayed(held);
      return;
    }
    if (pause == Pause.BARRIER) {
      pause = Pause.NONE;
    }
    giveBackIfDone();
    if (account.removed() && server == null) {
      dismiss();
      return;
    }
    go();
  }

  @Override
  public void serverLost(Replies owed, String reason, boolean midMessage) {
    ServerConnection lost = server;
    server = null;
    if (pause == Pause.CLOSED) {
      return;
    }
    if (pause == Pause.REPLAYING) {
      // Nothing of the client's has been sent yet: another server will do.
      if (startup != null) {
        again();
        return;
      }
      pause = Pause.NONE;
      go();
      return;
    }
    if (midMessage || pinned != null || requests.midMessage()) {
      if (!midMessage) {
        ByteBuf out = channel.alloc().buffer(256);
        Backend.error(out, "FATAL", "57P01", Refusal.lost(reason), null);
        reply(out);
      }
      close();
      return;
    }
    statements.serverLost(owed, lost);
    refusal.lost(owed, reason, status, segment);
    segment = null;
    status = Backend.IDLE;
    pause = Pause.NONE;
    go();
  }

  private void again() {
    pause = Pause.GREETING;
    ServerConnection lent = shard.borrow(this);
    if (lent != null) {
      granted(lent);
    }
  }

  @Override
  public void serverWritable(boolean writable) {
    if (writable && pause == Pause.CONGESTED) {
      pause = Pause.NONE;
      go();
    }
  }

  @Override
  public boolean clientWritable() {
    return channel.isWritable();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      if (server != null) {
        server.reading(true);
      }
      serverWritable(true);
    }
  }

  // ---- for the parts of a session

  Channel channel() {
    return channel;
  }

  Desk desk() {
    return desk;
  }

  Settings settings() {
    return settings;
  }

  void settings(Settings changed) {
    settings = changed;
  }

  Settings first() {
    return first;
  }

  /** Whether the transaction has failed, by the replies so far. */
  boolean aborted() {
    return aborted;
  }

  /** A rollback, whole or in part, was carried out. */
  void revived() {
    aborted = false;
  }

  Statements statements() {
    return statements;
  }

  Requests requests() {
    return requests;
  }

  @Nullable PinReason pinned() {
    return pinned;
  }

  void pin(PinReason reason) {
    if (pinned == null) {
      pinned = reason;
      desk.recorder()
          .listener()
          .onPinned(account.login().database(), account.login().user(), reason);
    }
  }

  void unpin() {
    pinned = null;
  }

  // ---- cancelling

  void cancelKey(int pid, int secret) {
    cancelPid = pid;
    cancelSecret = secret;
  }

  int cancelPid() {
    return cancelPid;
  }

  int cancelSecret() {
    return cancelSecret;
  }

  /** A client asks, on any thread, to cancel what this session is doing. */
  void cancel(Runnable done) {
    desk.loop()
        .execute(
            () -> {
              ServerConnection held = server;
              if (pause == Pause.WAITING && startup == null) {
                shard.leave(this);
                denied(
                    new Denial(
                        "57014", "canceling statement due to user request", "It had not begun."));
              } else if (held != null && held.owed() > 0 && pause != Pause.CLOSED) {
                desk.canceller().cancel(held, desk.loop(), done);
                return;
              }
              done.run();
            });
  }

  // ---- the end

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ending = true;
      endIfDone();
    }
  }

  /** A client that has closed its half still gets what it asked for, as PostgreSQL does. */
  private void endIfDone() {
    boolean busy =
        (server != null && server.owed() > 0)
            || pause == Pause.WAITING
            || pause == Pause.REPLAYING
            || pause == Pause.GREETING;
    if (ending && !busy && pause != Pause.CLOSED) {
      close();
    }
  }

  private void leave() {
    close();
  }

  /** Tells the client to go, at once when it is idle, else when its transaction has ended. */
  public void dismissWhenIdle() {
    leaving = true;
    if (server == null && pause == Pause.NONE && requests.isEmpty()) {
      dismiss();
    }
  }

  /** Tells the client to go, now. */
  public void dismiss() {
    fatal("57P01", "terminating connection due to administrator command", null);
  }

  /** Whether it holds a server connection. */
  public boolean active() {
    return server != null;
  }

  /** Why it keeps its server connection; null when it does not. */
  public @Nullable PinReason pinReason() {
    return pinned;
  }

  /** Its login. */
  public Account account() {
    return account;
  }

  private void fatal(String sqlState, String message, @Nullable String hint) {
    if (pause == Pause.CLOSED) {
      return;
    }
    ByteBuf out = channel.alloc().buffer(256);
    Backend.error(out, "FATAL", sqlState, message, hint);
    reply(out);
    close();
  }

  private void close() {
    end();
    dirty = false;
    channel
        .writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
        .addListener(ChannelFutureListener.CLOSE);
  }

  /** Lets go of everything; the channel closes, or has closed. */
  private void end() {
    if (pause == Pause.CLOSED) {
      return;
    }
    Pause before = pause;
    pause = Pause.CLOSED;
    desk.left(this);
    account.clients().decrementAndGet();
    cancels.remove(this);
    if (before == Pause.WAITING || before == Pause.GREETING) {
      shard.leave(this);
    }
    boolean cutOff = requests.midMessage();
    requests.release();
    ServerConnection held = server;
    server = null;
    if (held == null) {
      return;
    }
    if (held.owed() > 0 && before != Pause.REPLAYING && !held.replies().onlyOwn()) {
      // Nobody wants the result any more: spare the server the work.
      desk.canceller().cancel(held, desk.loop(), () -> held.close(true));
      held.abandon();
    } else if (cutOff || segment != null) {
      held.close(true);
      held.abandon();
    } else {
      held.giveBack(pinned != null, status);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof java.io.IOException)) {
      System.getLogger(Session.class.getName())
          .log(System.Logger.Level.ERROR, "client session of " + account.login().user(), cause);
    }
    end();
    context.close();
  }

  /** Whether it was asked to leave; for tests. */
  boolean leaving() {
    return leaving;
  }
}
