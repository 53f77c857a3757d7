package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server and what it owes. Owned by one event loop at a time; it may move to
 * another while it is free.
 *
 * <pre>
 *   OPENING ──ready──→ FREE ──lend──→ LENT ──give back──→ CLEANING ──clean──→ FREE
 *      │                │ ↑             │                     │
 *      │                │ └─────────────┘ (nothing to clean)  │
 *      └────────────────┴──── closed, broken, too old ────────┴──→ CLOSED
 * </pre>
 *
 * Invariant: it is FREE only when the server has said idle and no reply is outstanding.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class ServerConnection extends ChannelInboundHandlerAdapter implements LogIn.Outcome {
  /** The thing of a Close of the unnamed statement. */
  public static final Object UNNAMED = new Object();

  private enum Phase {
    OPENING,
    FREE,
    LENT,
    CLEANING,
    CLOSED
  }

  private final Upstream upstream;
  final Answers answers;
  private final ReplyRelay relay;
  private final Cleaning cleaning = new Cleaning();
  private Keeper keeper;
  private Phase phase = Phase.OPENING;
  private @Nullable Channel channel;
  private @Nullable LogIn logIn;
  private ServerSettings settings = new ServerSettings(Map.of());
  private int pid;
  private byte[] key = new byte[0];

  private boolean dirty;
  private boolean closing;
  private @Nullable String lastWords;
  private final Tenure tenure = new Tenure();

  /** A connection to be: put it into a pipeline and connect. */
  public ServerConnection(Upstream upstream, Keeper keeper, int maxPrepared) {
    this.upstream = upstream;
    this.keeper = keeper;
    this.answers = new Answers(this, maxPrepared);
    this.relay = new ReplyRelay(answers);
  }

  // ---- opening

  @Override
  public void channelActive(ChannelHandlerContext context) {
    Channel own = context.channel();
    channel = own;
    LogIn dialogue = new LogIn(own, upstream, this);
    logIn = dialogue;
    dialogue.begin();
  }

  @Override
  public void opened(LogIn dialogue) {
    settings = new ServerSettings(dialogue.parameters());
    pid = dialogue.pid();
    key = dialogue.key();
    logIn = null;
    phase = Phase.FREE;
    keeper.opened(this);
  }

  @Override
  public void failed(String sqlState, String reason) {
    if (phase == Phase.OPENING) {
      phase = Phase.CLOSED;
      keeper.failed(this, sqlState, reason);
      closeChannel();
    }
  }

  // ---- for the keeper

  /** What the server reported at log-in, in its own spelling. */
  public Map<String, String> reported() {
    return settings.atLogIn();
  }

  /** The settings of a session that has not changed any. */
  public Settings base() {
    return settings.base();
  }

  /** The settings the server session has now. */
  public Settings settings() {
    return settings.now();
  }

  /** Uses an equal object, so that the next comparison is one of identity. */
  public void settings(Settings equal) {
    settings.now(equal);
  }

  /** Where it leads. */
  public Upstream upstream() {
    return upstream;
  }

  /** For its keeper's notes. */
  public Tenure tenure() {
    return tenure;
  }

  /** Whether it may be lent. */
  public boolean isFree() {
    return phase == Phase.FREE;
  }

  /** The socket; null before it is connected. */
  public @Nullable Channel channel() {
    return channel;
  }

  /** Another loop's shard keeps it from now on. */
  public void keeper(Keeper keeper) {
    this.keeper = keeper;
  }

  /** Gives it to a session until {@link #giveBack}. */
  public void lend(Borrower to) {
    answers.borrower(to);
    phase = Phase.LENT;
    cleaning.reset();
  }

  /**
   * Closes it with a good-bye, whatever it is doing. The keeper hears that it is lost.
   *
   * @param expected whether this is the proxy's own wish
   */
  public void close(boolean expected) {
    closing = expected;
    Channel open = channel;
    if (open != null && open.isActive() && phase == Phase.FREE) {
      ByteBuf out = open.alloc().buffer(8);
      Frontend.terminate(out);
      open.writeAndFlush(out, open.voidPromise());
    }
    closeChannel();
  }

  /** Closes it at once, and tells who holds it why. */
  public void cut(String why) {
    lastWords = why;
    close(true);
  }

  /** Looks whether the client that holds it takes longer than it may. */
  public void remind(long now, Times times) {
    Borrower held = answers.borrower();
    if (held != null) {
      held.remind(now, times);
    }
  }

  private void closeChannel() {
    if (channel != null) {
      channel.close();
    }
  }

  /** Asks the server for a sign of life; the keeper hears that it is free, or lost. */
  public void check() {
    phase = Phase.CLEANING;
    ask("");
  }

  // ---- for the borrower

  /** Appends bytes for the server; {@link #flush} sends them. */
  public void send(ByteBuf bytes) {
    Channel open = channel;
    if (open == null || !open.isActive()) {
      bytes.release();
      return;
    }
    dirty = true;
    answers.healing.sent(bytes);
    open.write(bytes, open.voidPromise());
  }

  /** Sends what was appended. */
  public void flush() {
    if (dirty && channel != null) {
      dirty = false;
      channel.flush();
    }
  }

  /** Whether it takes more bytes at the moment. */
  public boolean writable() {
    return channel != null && channel.isWritable();
  }

  /** How many replies are owed. */
  public int owed() {
    return answers.replies().size();
  }

  /** What is owed, for looking at. */
  public Replies replies() {
    return answers.replies();
  }

  /** The process id on the server. */
  public int pid() {
    return pid;
  }

  /** Notes that a request is sent whose reply is of this kind. */
  public void expect(byte kind, @Nullable Object thing, @Nullable Segment segment) {
    answers.expect(kind, thing, segment);
  }

  /** Whether the server skips everything until a Sync. */
  public boolean skipping() {
    return answers.skipping();
  }

  /** Whether the server waits for the rest of a copy. */
  public boolean copyingIn() {
    return answers.copyingIn();
  }

  /** Whether the borrower has been given a message in part. */
  public boolean midMessage() {
    return relay.midMessage();
  }

  /** Makes sure that the server has the statement: writes a Parse when it lacks it. */
  public void provide(SharedStatement statement, ByteBuf out, @Nullable Segment segment) {
    answers.statements().provide(statement, out, segment);
  }

  /** Notes that a Parse of the statement goes out, and makes room for it. */
  public void prepare(
      SharedStatement statement, byte kind, Object thing, ByteBuf out, @Nullable Segment segment) {
    answers.statements().prepare(statement, kind, thing, out, segment);
  }

  /** As {@link #provide}, for a request whose own reply has been noted already. */
  public void provideBefore(SharedStatement statement, ByteBuf out) {
    answers.statements().provideBefore(statement, out);
  }

  /** Its session is gone; what it still says reaches nobody. */
  public void abandon() {
    answers.borrower(null);
    tenure.condemn();
  }

  /** The settings asked for are in force, as far as the server did not report others. */
  public void replayed(Settings wanted) {
    settings.replayed(wanted);
  }

  /**
   * Whether it is not known yet if the server has the statement, because an earlier segment that
   * brings it may fail.
   */
  public boolean uncertain(SharedStatement statement) {
    return answers.statements().uncertain(statement);
  }

  /** As {@link #uncertain}, for the unnamed statement. */
  public boolean uncertainUnnamed() {
    return answers.statements().uncertainUnnamed();
  }

  /** Whether the server has the statement. */
  public boolean has(SharedStatement statement) {
    return answers.statements().has(statement);
  }

  /** The server no longer has it. */
  public void forget(SharedStatement statement) {
    answers.statements().forget(statement);
  }

  /** The server has no named prepared statement any more. */
  public void forgetAll() {
    answers.statements().forgetAll();
  }

  /** The statement that the server's unnamed one is, or will be; null when unknown. */
  public @Nullable SharedStatement unnamed() {
    return answers.statements().unnamed();
  }

  /** The unnamed statement is what it was before: later requests were skipped. */
  public void unnamedStays() {
    answers.statements().unnamedStays();
  }

  /** Notes what the unnamed statement is. */
  public void unnamed(@Nullable SharedStatement statement) {
    answers.statements().unnamed(statement);
  }

  /** Sends a query of the proxy's own; the borrower is told {@link Borrower#drained} after it. */
  public void ask(String query) {
    Channel open = channel;
    if (open == null) {
      return;
    }
    ByteBuf out = open.alloc().buffer(64 + query.length());
    Frontend.query(out, query);
    answers.statements().unnamedGone();
    answers.expectOwn();
    send(out);
    flush();
  }

  /** The error of the last query of the proxy's own; null when it went well. */
  public @Nullable ErrorFields ownError() {
    return answers.asked().error();
  }

  /** The rows of the last query of the proxy's own. */
  public List<@Nullable String[]> ownRows() {
    return answers.asked().rows();
  }

  /** Stops or starts reading, as the client can follow. */
  public void reading(boolean on) {
    if (channel != null) {
      channel.config().setAutoRead(on);
    }
  }

  /** A cancel request for it is under way; {@link #cancelEnded} follows. */
  public void cancelBegan() {
    cleaning.cancelBegan();
  }

  /** What a cancel request has to show. */
  public byte[] cancelKey() {
    return key;
  }

  /** The cancel request has been delivered or given up. */
  public void cancelEnded() {
    cleaning.cancelEnded();
    if (phase == Phase.CLEANING && answers.replies().isEmpty()) {
      clean();
    }
  }

  /**
   * The borrower is done. A session that left something behind asks to have it discarded. What
   * cannot be brought back into order is closed.
   *
   * @param discard whether to reset the session on the server
   * @param status the transaction state the server told last
   */
  public void giveBack(boolean discard, byte status) {
    answers.borrower(null);
    reading(true);
    if (!answers.settled() || !relay.atBoundary()) {
      close(true);
      return;
    }
    phase = Phase.CLEANING;
    cleaning.begin(discard, status);
    clean();
  }

  /** Runs one step of the cleaning, or finds that all is done. */
  private void clean() {
    if (cleaning.waits()) {
      return;
    }
    Cleaning.Step step = cleaning.next();
    if (step == null) {
      phase = Phase.FREE;
      keeper.free(this);
      return;
    }
    ask(step.query());
    if (step == Cleaning.Step.DISCARD) {
      forgetAll();
      settings.now(settings.base());
    }
  }

  private void cleaned() {
    ErrorFields error = answers.asked().error();
    if (error != null && !error.sqlState().equals("57014")) {
      lastWords = error.message();
      close(true);
    } else {
      clean();
    }
  }

  // ---- what the server sends

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (logIn != null) {
      logIn.read(in);
      return;
    }
    if (phase == Phase.CLOSED) {
      in.release();
      return;
    }
    try {
      relay.read(in);
    } catch (ProtocolViolation | IndexOutOfBoundsException e) {
      lastWords = "it broke the protocol: " + e.getMessage();
      closeChannel();
      return;
    }
    Borrower to = answers.borrower();
    if (to != null && !to.clientWritable()) {
      to.flushReplies();
      if (!to.clientWritable()) {
        reading(false);
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Borrower to = answers.borrower();
    if (to != null) {
      to.flushReplies();
      if (answers.drained()) {
        to.drained();
      }
    } else if (phase == Phase.CLEANING && answers.drained()) {
      cleaned();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    Borrower to = answers.borrower();
    if (to != null) {
      to.serverWritable(context.channel().isWritable());
    }
  }

  // ---- for its answers

  /** The server reports a parameter. */
  void reported(String name, String value) {
    settings.reported(name, value);
  }

  /** The server says why it is going. */
  void lastWords(String words) {
    lastWords = words;
  }

  /** A buffer for something said in the server's place. */
  ByteBuf buffer(int bytes) {
    return java.util.Objects.requireNonNull(channel).alloc().buffer(bytes);
  }

  // ---- the end

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (logIn != null) {
      logIn.release();
      logIn = null;
      failed("", "the server closed the connection during log-in");
      return;
    }
    if (phase == Phase.CLOSED) {
      return;
    }
    phase = Phase.CLOSED;
    boolean midMessage = relay.midMessage();
    relay.release();
    String reason = lastWords == null ? "the server closed the connection" : lastWords;
    Borrower held = answers.borrower();
    answers.borrower(null);
    keeper.lost(this, reason, closing);
    if (held != null) {
      held.serverLost(answers.replies(), reason, midMessage);
    }
    answers.replies().clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (lastWords == null) {
      lastWords = String.valueOf(cause.getMessage());
    }
    if (!(cause instanceof java.io.IOException)) {
      System.getLogger(ServerConnection.class.getName())
          .log(System.Logger.Level.ERROR, "server connection to " + upstream, cause);
    }
    closeChannel();
  }
}
