package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
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
 * The {@link Greeting} comes first; the {@link Lease} has the server; {@link Statements} translates
 * requests; {@link Effects} and {@link Pins} keep what statements leave behind.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class Session extends ChannelInboundHandlerAdapter implements Requests.Handler {
  private static final int MOST_OWED = 8_192;

  private final Channel channel;
  private final Desk desk;
  private final Account account;
  private final Cancels cancels;
  private final Requests requests = new Requests(this);
  private final OwnSettings settings;
  private final Pins pins;
  private final Statements statements;
  private final Effects effects;
  private final Refusal refusal = new Refusal(this);
  private final Greeting greeting;
  private final Lease lease;
  private final Departure departure = new Departure(this);
  final Watch watch;
  private Cancels.Key cancelKey = Cancels.Key.NONE;

  private Pause pause = Pause.GREETING;
  private @Nullable Segment segment;
  private boolean dirty;
  private boolean flushServer;

  Session(Channel channel, Desk desk, Account account, Cancels cancels) {
    this.channel = channel;
    this.desk = desk;
    this.account = account;
    this.cancels = cancels;
    this.settings = new OwnSettings(desk);
    this.pins = new Pins(desk, account);
    this.statements = new Statements(this);
    this.effects = new Effects(this);
    this.greeting = new Greeting(this);
    this.lease = new Lease(this, account);
    this.watch = new Watch(this);
  }

  /** Begins with what the client asked for at start-up. */
  void enter(int version, Map<String, String> parameters) {
    desk.entered(this);
    account.clients().incrementAndGet();
    cancelKey = cancels.register(this, version);
    greeting.begin(parameters);
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
    ServerConnection held = lease.server();
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
      lease.giveBackIfDone();
    }
  }

  /** Goes on with what was held back. */
  void go() {
    if (pause == Pause.NONE && !requests.isEmpty()) {
      process();
    }
    if (pause != Pause.CLOSED && !requests.isFull() && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    flushBoth();
    departure.endIfDone();
  }

  private void flushBoth() {
    ServerConnection held = lease.server();
    if (held != null) {
      held.flush();
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
    ServerConnection held = lease.server();
    if (held == null && Frontend.ignoredWhenIdle(type)) {
      return Verdict.DROP;
    }
    if (type == Frontend.TERMINATE) {
      close();
      return Verdict.STOP;
    }
    if (!statements.complete(type, in, at, length, have)) {
      return Verdict.MORE;
    }
    if (held == null || (settings.differFrom(held) && held.owed() == 0)) {
      held = lease.attach(type, in, at, have);
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
    Verdict verdict = statements.request(type, in, at, length, have, held, segment());
    if (verdict != Verdict.STOP) {
      watch.request(type);
    }
    return verdict;
  }

  @Override
  public @Nullable ServerConnection server() {
    return lease.server();
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

  /** As {@link #segment}; null when none has begun. */
  @Nullable Segment openSegment() {
    return segment;
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

  // ---- to the client

  void reply(ByteBuf bytes) {
    dirty = true;
    channel.write(bytes, channel.voidPromise());
  }

  void flushReplies() {
    if (dirty) {
      dirty = false;
      channel.flush();
    }
  }

  /** One of both sides takes more bytes again. */
  void writable() {
    if (pause == Pause.CONGESTED) {
      pause = Pause.NONE;
      go();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      ServerConnection held = lease.server();
      if (held != null) {
        held.reading(true);
      }
      writable();
    }
  }

  // ---- for the parts of a session

  Channel channel() {
    return channel;
  }

  Desk desk() {
    return desk;
  }

  /** Its login. */
  public Account account() {
    return account;
  }

  Pause pause() {
    return pause;
  }

  void pause(Pause why) {
    pause = why;
  }

  Lease lease() {
    return lease;
  }

  Greeting greeting() {
    return greeting;
  }

  OwnSettings settings() {
    return settings;
  }

  Pins pins() {
    return pins;
  }

  Statements statements() {
    return statements;
  }

  Effects effects() {
    return effects;
  }

  Refusal refusal() {
    return refusal;
  }

  Requests requests() {
    return requests;
  }

  /** What its driver takes for the server's process id. */
  public int id() {
    return cancelKey.pid();
  }

  /** What onlookers see of it; null once it has gone. On its loop. */
  public ProxyHolders.@Nullable Client look(long now, long epochMillis) {
    return pause == Pause.CLOSED ? null : watch.look(now, epochMillis);
  }

  // ---- cancelling

  Cancels.Key cancelKey() {
    return cancelKey;
  }

  /** A client asks, on any thread, to cancel what this session is doing. */
  void cancel(Runnable done) {
    desk.loop().execute(() -> lease.cancel(done));
  }

  // ---- the end

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    // The end of TLS is the end of what the client has to say, too.
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      departure.halfClosed();
    }
  }

  /** Tells the client to go, at once when it is idle, else when its transaction has ended. */
  public void dismissWhenIdle() {
    if (pause == Pause.NONE && requests.isEmpty() && segment == null && lease.idle()) {
      dismiss();
    }
  }

  /** Tells the client to go, now. */
  public void dismiss() {
    fatal("57P01", "terminating connection due to administrator command", null);
  }

  /** Whether it holds a server connection. */
  public boolean active() {
    return lease.server() != null;
  }

  /** Why it keeps its server connection; null when it does not. */
  public @Nullable PinReason pinReason() {
    return pins.reason();
  }

  /** The statement because of which it keeps it; means nothing when it does not. */
  public Fingerprint pinnedBy() {
    return pins.cause();
  }

  void fatal(String sqlState, String message, @Nullable String hint) {
    if (pause == Pause.CLOSED) {
      return;
    }
    ByteBuf out = channel.alloc().buffer(256);
    Backend.error(out, "FATAL", sqlState, message, hint);
    reply(out);
    close();
  }

  void close() {
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
    boolean cutOff = requests.midMessage();
    requests.release();
    lease.end(before, cutOff);
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
}
