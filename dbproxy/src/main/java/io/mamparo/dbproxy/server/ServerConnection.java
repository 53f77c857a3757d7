package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
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
public final class ServerConnection extends ChannelInboundHandlerAdapter
    implements ReplyRelay.Handler, LogIn.Outcome {
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
  private final Prepared prepared;
  private final Replies replies = new Replies();
  private final ReplyRelay relay = new ReplyRelay(this);
  private Keeper keeper;
  private Phase phase = Phase.OPENING;
  private @Nullable Channel channel;
  private @Nullable LogIn logIn;
  private @Nullable Borrower borrower;

  private Map<String, String> reported = Map.of();
  private Settings base = Settings.NONE;
  private Settings settings = Settings.NONE;
  private @Nullable SharedStatement unnamed;

  /** What the unnamed statement is by the replies so far; {@link #unnamed} is by the requests. */
  private @Nullable SharedStatement unnamedThere;

  private int pid;
  private byte[] key = new byte[0];

  private boolean skipping;
  private boolean copyingIn;
  private boolean progressed;
  private boolean dirty;
  private boolean condemned;
  private boolean closing;
  private @Nullable Segment orphan;
  private @Nullable ErrorFields ownError;
  private @Nullable String lastWords;
  private int cancels;
  private boolean cancelled;
  private boolean discard;
  private long openedAt;
  private long freeSince;

  /** A connection to be: put it into a pipeline and connect. */
  public ServerConnection(Upstream upstream, Keeper keeper, int maxPrepared) {
    this.upstream = upstream;
    this.keeper = keeper;
    this.prepared = new Prepared(maxPrepared);
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
    reported = dialogue.parameters();
    base = Settings.of(reported);
    settings = base;
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
    return reported;
  }

  /** The settings of a session that has not changed any. */
  public Settings base() {
    return base;
  }

  /** The settings the server session has now. */
  public Settings settings() {
    return settings;
  }

  /** Uses an equal object, so that the next comparison is one of identity. */
  public void settings(Settings equal) {
    settings = equal;
  }

  /** Where it leads. */
  public Upstream upstream() {
    return upstream;
  }

  /** When it was opened; set by its keeper. */
  public long openedAt() {
    return openedAt;
  }

  /** Since when it is free; set by its keeper. */
  public long freeSince() {
    return freeSince;
  }

  /** Notes when it was opened. */
  public void openedAt(long nanos) {
    openedAt = nanos;
  }

  /** Notes since when it is free. */
  public void freeSince(long nanos) {
    freeSince = nanos;
  }

  /** Whether it may be lent. */
  public boolean isFree() {
    return phase == Phase.FREE;
  }

  /** Whether it should be closed rather than lent again. */
  public boolean condemned() {
    return condemned;
  }

  /** It is not to be lent again. */
  public void condemn() {
    condemned = true;
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
    borrower = to;
    phase = Phase.LENT;
    cancelled = false;
    discard = false;
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
    return replies.size();
  }

  /** What is owed, for looking at. */
  public Replies replies() {
    return replies;
  }

  /** The process id on the server. */
  public int pid() {
    return pid;
  }

  /** Notes that a request is sent whose reply is of this kind. */
  public void expect(byte kind, @Nullable Object thing, @Nullable Segment segment) {
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

  /** Whether the server skips everything until a Sync. */
  public boolean skipping() {
    return skipping;
  }

  /** Makes sure that the server has the statement: writes a Parse when it lacks it. */
  public void provide(SharedStatement statement, ByteBuf out, @Nullable Segment segment) {
    if (prepared.has(statement)) {
      return;
    }
    Frontend.parse(out, statement.name(), statement.body());
    prepare(statement, Replies.PARSE_INJECTED, statement, out, segment);
  }

  /** Notes that a Parse of the statement goes out, and makes room for it. */
  public void prepare(
      SharedStatement statement, byte kind, Object thing, ByteBuf out, @Nullable Segment segment) {
    SharedStatement evicted = skipping ? null : prepared.add(statement);
    expect(kind, thing, segment);
    if (evicted != null) {
      Frontend.closeStatement(out, evicted.name());
      expect(Replies.CLOSE_INJECTED, evicted, segment);
    }
  }

  /** As {@link #provide}, for a request whose own reply has been noted already. */
  public void provideBefore(SharedStatement statement, ByteBuf out) {
    if (!prepared.has(statement)) {
      Frontend.parse(out, statement.name(), statement.body());
      prepared.add(statement);
      replies.insertBeforeLast(Replies.PARSE_INJECTED, statement);
    }
  }

  /** Its session is gone; what it still says reaches nobody. */
  public void abandon() {
    borrower = null;
    condemned = true;
  }

  /** The settings asked for are in force, as far as the server did not report others. */
  public void replayed(Settings wanted) {
    Settings own = settings;
    Settings now = wanted;
    for (var reportedOne : base.values().keySet()) {
      now = now.with(reportedOne, own.get(reportedOne));
    }
    settings = now;
  }

  /**
   * Whether it is not known yet if the server has the statement, because an earlier segment that
   * brings it may fail.
   */
  public boolean uncertain(SharedStatement statement) {
    return prepared.has(statement)
        && !prepared.confirmed(statement)
        && replies.parsedEarlier(statement);
  }

  /** As {@link #uncertain}, for the unnamed statement. */
  public boolean uncertainUnnamed() {
    SharedStatement sent = unnamed;
    return sent != null && !replies.isEmpty() && replies.parsedEarlier(sent);
  }

  /** Whether the server has the statement. */
  public boolean has(SharedStatement statement) {
    return prepared.has(statement);
  }

  /** The server no longer has it. */
  public void forget(SharedStatement statement) {
    prepared.remove(statement);
  }

  /** The server has no named prepared statement any more. */
  public void forgetAll() {
    prepared.clear();
  }

  /** The statement that the server's unnamed one is, or will be; null when unknown. */
  public @Nullable SharedStatement unnamed() {
    return unnamed;
  }

  /** The unnamed statement is what it was before: later requests were skipped. */
  public void unnamedStays() {
    unnamed = unnamedThere;
  }

  /** Notes what the unnamed statement is. */
  public void unnamed(@Nullable SharedStatement statement) {
    unnamed = statement;
  }

  /** Sends a query of the proxy's own; the borrower is told {@link Borrower#drained} after it. */
  public void ask(String query) {
    Channel open = channel;
    if (open == null) {
      return;
    }
    ByteBuf out = open.alloc().buffer(64 + query.length());
    Frontend.query(out, query);
    unnamed = null;
    unnamedThere = null;
    ownError = null;
    replies.add(Replies.OWN_QUERY, null, null);
    send(out);
    flush();
  }

  /** The error of the last query of the proxy's own; null when it went well. */
  public @Nullable ErrorFields ownError() {
    return ownError;
  }

  /** Stops or starts reading, as the client can follow. */
  public void reading(boolean on) {
    if (channel != null) {
      channel.config().setAutoRead(on);
    }
  }

  /** A cancel request for it is under way; {@link #cancelEnded} follows. */
  public void cancelBegan() {
    cancels++;
    cancelled = true;
  }

  /** What a cancel request has to show. */
  public byte[] cancelKey() {
    return key;
  }

  /** The cancel request has been delivered or given up. */
  public void cancelEnded() {
    cancels--;
    if (phase == Phase.CLEANING && cancels == 0 && replies.isEmpty()) {
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
    borrower = null;
    reading(true);
    if (!replies.isEmpty() || skipping || copyingIn || !relay.atBoundary()) {
      close(true);
      return;
    }
    this.discard = discard;
    if (!discard && !cancelled && status == Backend.IDLE) {
      phase = Phase.FREE;
      keeper.free(this);
      return;
    }
    phase = Phase.CLEANING;
    if (status != Backend.IDLE) {
      ask("ROLLBACK");
    } else if (cancels == 0) {
      clean();
    }
  }

  /** Runs one step of the cleaning, or finds that all is done. */
  private void clean() {
    if (cancelled) {
      // A cancel that was delivered may still be pending; a round trip lets it strike here.
      cancelled = false;
      ask("");
    } else if (discard) {
      discard = false;
      ask("DISCARD ALL");
      forgetAll();
      settings = base;
    } else {
      phase = Phase.FREE;
      keeper.free(this);
    }
  }

  private void cleaned() {
    ErrorFields error = ownError;
    if (error != null && !error.sqlState().equals("57014")) {
      lastWords = error.message();
      close(true);
    } else if (cancels == 0) {
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
    Borrower to = borrower;
    if (to != null && !to.clientWritable()) {
      to.flushReplies();
      if (!to.clientWritable()) {
        reading(false);
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Borrower to = borrower;
    if (to != null) {
      to.flushReplies();
      if (progressed && replies.isEmpty()) {
        progressed = false;
        to.drained();
      }
    } else if (phase == Phase.CLEANING && progressed && replies.isEmpty()) {
      progressed = false;
      cleaned();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (borrower != null) {
      borrower.serverWritable(context.channel().isWritable());
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
      return borrower != null && next != Replies.OWN_QUERY;
    }
    boolean own = next == Replies.OWN_QUERY || borrower == null;
    switch (type) {
      case Backend.BIND_COMPLETE -> answered(Replies.BIND);
      case Backend.ROW_DESCRIPTION, Backend.NO_DATA -> {
        if (next == Replies.DESCRIBE) {
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
      case Backend.COPY_IN_RESPONSE -> copyIn();
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
      default -> {
        // Notices, notifications, copy data, descriptions: nothing to note.
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
    Object thing = replies.thing();
    if (thing instanceof SharedStatement statement && next != Replies.PARSE_INJECTED) {
      unnamedThere = statement;
    }
    if (thing instanceof Replies.Reference reference) {
      prepared.confirm(reference.statement());
    } else if (next == Replies.PARSE_INJECTED && thing instanceof SharedStatement statement) {
      prepared.confirm(statement);
    }
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
    if (replies.thing() == UNNAMED) {
      unnamedThere = null;
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

  /** In copy mode the server ignores Sync and Flush until CopyDone or CopyFail. */
  private void copyIn() {
    int i = 1;
    while (i < replies.size() && replies.kind(i) != Replies.COPY_END) {
      if (replies.kind(i) == Replies.SYNC) {
        orphan(replies.segment(i));
        replies.remove(i);
      } else {
        i++;
      }
    }
    copyingIn = i == replies.size();
    if (!copyingIn) {
      replies.remove(i);
    }
  }

  /** Its Sync is ignored: the next one ends it, too. */
  private void orphan(@Nullable Segment segment) {
    if (orphan == null) {
      orphan = segment;
    }
  }

  private boolean error(ByteBuf in, int at, int length, boolean own) {
    ErrorFields fields = ErrorFields.read(in, at + 5, at + length);
    if (fields.fatal()) {
      lastWords = fields.message();
      return false;
    }
    if (own) {
      ownError = fields;
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
    boolean unnamedParse = next(Replies.PARSE) || next(Replies.UNNAMED_INJECTED);
    if (unnamedParse && replies.thing() instanceof SharedStatement) {
      unnamedThere = null;
    }
    skipToSync();
    return passes;
  }

  private @Nullable ByteBuf replacement;

  private boolean next(byte kind) {
    return replies.next() == kind;
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
          prepared.remove(statement);
        }
      }
      case Replies.UNNAMED_INJECTED -> unnamed = unnamedThere;
      case Replies.CLOSE_INJECTED -> {
        if (thing instanceof SharedStatement statement) {
          prepared.add(statement);
          prepared.confirm(statement);
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
    if (!Settings.isFact(name)) {
      settings = settings.with(name, value);
    }
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
    while (!replies.isEmpty() && !endsWithReady(replies.next())) {
      condemned = true;
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
    if (next == Replies.OWN_QUERY) {
      return false;
    }
    if (next == Replies.QUERY) {
      unnamedThere = null;
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

  private static boolean endsWithReady(byte kind) {
    return kind == Replies.SYNC
        || kind == Replies.QUERY
        || kind == Replies.CALL
        || kind == Replies.OWN_QUERY;
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
      if (to != null && kind != Replies.COPY_END && channel != null) {
        boolean parse = kind == Replies.PARSE_FAKED;
        ByteBuf out = channel.alloc().buffer(5);
        Backend.empty(out, parse ? Backend.PARSE_COMPLETE : Backend.CLOSE_COMPLETE);
        to.done(parse ? Replies.PARSE : Replies.CLOSE, replies.thing());
        to.reply(out);
      }
      replies.pop();
      progressed = true;
    }
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
    Borrower held = borrower;
    borrower = null;
    keeper.lost(this, reason, closing);
    if (held != null) {
      held.serverLost(replies, reason, midMessage);
    }
    replies.clear();
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
