package io.mamparo.dbproxy.client;

import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.ScramClient;
import io.mamparo.wire.pg.ScramKeys;
import io.mamparo.wire.pg.ScramServer;
import io.mamparo.wire.pg.SmallMessages;
import io.mamparo.wire.pg.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client connection until it has logged in; then a {@link Session} takes its place. Owned by one
 * event loop.
 *
 * <pre>
 *   SSLRequest, GSSENCRequest → 'N' ─┐
 *      ┌─────────────────────────────┘
 *   start-up packet → SASL offered → first → last ─proven→ Session
 *      │    │                          └─────┴──────────→ 28P01
 *      │    └ CancelRequest → carried out → closed
 *      └ garbage, too long, too late, too many → refused → closed
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class StartUp extends ChannelInboundHandlerAdapter {
  private enum State {
    STARTUP,
    SASL_FIRST,
    SASL_LAST,
    OVER
  }

  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * What all client connections share.
   *
   * @param accounts the present logins
   * @param cancels the keys of the sessions
   * @param strangers keys for users that do not exist
   * @param door how many may be in
   */
  public record House(
      Supplier<Accounts> accounts, Cancels cancels, Strangers strangers, Door door) {}

  /** Counts the connections. Safe for use by several threads. */
  public static final class Door {
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile int limit;
    private volatile long loginNanos;

    /** A door with these limits. */
    public Door(int limit, long loginNanos) {
      configure(limit, loginNanos);
    }

    /** Takes new limits; who is inside stays. */
    public void configure(int newLimit, long newLoginNanos) {
      limit = newLimit;
      loginNanos = newLoginNanos;
    }

    /** How many may be inside. */
    public int limit() {
      return limit;
    }

    /** Connections now. */
    public int inside() {
      return inside.get();
    }

    /** Connections since the start. */
    public long accepted() {
      return accepted.get();
    }

    /** Refused since the start, because of the limit. */
    public long refused() {
      return refused.get();
    }
  }

  private final House house;
  private final Desk desk;
  private final SmallMessages messages = new SmallMessages(Frontend.MAX_STARTUP);
  private State state = State.STARTUP;
  private boolean sslSeen;
  private boolean tooMany;
  private boolean counted;
  private @Nullable Future<?> tooLate;
  private @Nullable StartupPacket packet;
  private @Nullable ScramServer scram;
  private int version = Frontend.PROTOCOL_3_0;
  private String user = "";
  private String database = "";

  /** For one connection. */
  public StartUp(House house, Desk desk) {
    this.house = house;
    this.desk = desk;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    Door door = house.door();
    counted = true;
    tooMany = door.inside.incrementAndGet() > door.limit;
    if (tooMany) {
      door.refused.incrementAndGet();
    } else {
      door.accepted.incrementAndGet();
    }
    context.channel().closeFuture().addListener(closed -> door.inside.decrementAndGet());
    tooLate = desk.loop().schedule(() -> expire(context), door.loginNanos, TimeUnit.NANOSECONDS);
  }

  private void expire(ChannelHandlerContext context) {
    if (state != State.OVER) {
      state = State.OVER;
      context.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (state == State.OVER) {
      ((ByteBuf) message).release();
      return;
    }
    messages.add((ByteBuf) message);
    try {
      while (step(context)) {
        // Until bytes are missing or it is over.
      }
    } catch (ProtocolViolation | IndexOutOfBoundsException e) {
      refuse(context, "08P01", String.valueOf(e.getMessage()), null);
    }
    if (state == State.OVER) {
      messages.release();
    }
  }

  private boolean step(ChannelHandlerContext context) {
    return switch (state) {
      case STARTUP -> {
        ByteBuf in = messages.bytes();
        if (in == null) {
          yield false;
        }
        StartupPacket read = StartupPacket.read(in);
        yield read != null && opening(context, read, in.isReadable());
      }
      case SASL_FIRST -> messages.ready() && saslFirst(context, password(messages.next()));
      case SASL_LAST -> messages.ready() && saslLast(context, password(messages.next()));
      case OVER -> false;
    };
  }

  private boolean opening(ChannelHandlerContext context, StartupPacket read, boolean more) {
    switch (read.code()) {
      case Frontend.SSL_REQUEST, Frontend.GSSENC_REQUEST -> {
        if (more || (sslSeen && read.code() == Frontend.SSL_REQUEST)) {
          // Bytes before the answer may have been slipped in by somebody in between.
          throw new ProtocolViolation("received unencrypted data after SSL request");
        }
        sslSeen |= read.code() == Frontend.SSL_REQUEST;
        context.writeAndFlush(context.alloc().buffer(1).writeByte('N'));
        return true;
      }
      case Frontend.CANCEL_REQUEST -> {
        state = State.OVER;
        cancelTimer();
        Session session = house.cancels().find(read.pid(), read.key());
        if (session == null) {
          context.close();
        } else {
          session.cancel(context::close);
        }
        return false;
      }
      default -> {
        return startup(context, read);
      }
    }
  }

  private boolean startup(ChannelHandlerContext context, StartupPacket read) {
    int major = read.code() >>> 16;
    if (major != 3) {
      refuse(
          context,
          "0A000",
          "unsupported frontend protocol "
              + major
              + "."
              + (read.code() & 0xffff)
              + ": server supports 3.0 to 3.2",
          null);
      return false;
    }
    packet = read;
    user = read.parameters().getOrDefault("user", "");
    database = read.parameters().getOrDefault("database", user);
    if (tooMany) {
      refuse(
          context,
          "53300",
          "sorry, too many clients already",
          "The proxy's limit of client connections is reached; close some or raise the limit.");
      return false;
    }
    if (user.isEmpty()) {
      refuse(context, "28000", "no PostgreSQL user name specified in startup packet", null);
      return false;
    }
    List<String> unknown =
        read.parameters().keySet().stream().filter(name -> name.startsWith("_pq_.")).toList();
    ByteBuf out = context.alloc().buffer(64);
    version = Math.min(read.code(), Frontend.PROTOCOL_3_2);
    if (version != read.code() || !unknown.isEmpty()) {
      Backend.negotiateProtocolVersion(out, version, unknown);
    }
    Backend.authenticationSasl(out, List.of(ScramClient.MECHANISM));
    context.writeAndFlush(out);
    state = State.SASL_FIRST;
    return true;
  }

  private static ByteBuf password(ByteBuf message) {
    if (message.readByte() != Frontend.PASSWORD) {
      throw new ProtocolViolation("expected SASL response, got another message");
    }
    return message.skipBytes(4);
  }

  private boolean saslFirst(ChannelHandlerContext context, ByteBuf in) {
    int length = in.bytesBefore((byte) 0);
    String mechanism = in.readCharSequence(Math.max(length, 0), StandardCharsets.UTF_8).toString();
    if (!mechanism.equals(ScramClient.MECHANISM)) {
      throw new ProtocolViolation("client selected an invalid SASL authentication mechanism");
    }
    in.skipBytes(1);
    int data = in.readInt();
    String first = in.readCharSequence(data, StandardCharsets.UTF_8).toString();
    Account account = account();
    ScramKeys keys = account == null ? house.strangers().keys(user) : account.keys();
    byte[] random = new byte[18];
    RANDOM.nextBytes(random);
    ScramServer dialogue =
        new ScramServer(keys, account != null, Base64.getEncoder().encodeToString(random));
    scram = dialogue;
    ByteBuf out = context.alloc().buffer(128);
    Backend.authenticationSasl(out, Backend.AUTH_SASL_CONTINUE, dialogue.first(first));
    context.writeAndFlush(out);
    state = State.SASL_LAST;
    return true;
  }

  /** Whoever proves to be the user of any database learns which databases there are, no other. */
  private @Nullable Account account() {
    Accounts accounts = house.accounts().get();
    Account account = accounts.find(user, database);
    return account == null ? accounts.anyOf(user) : account;
  }

  private boolean saslLast(ChannelHandlerContext context, ByteBuf in) {
    ScramServer dialogue = java.util.Objects.requireNonNull(scram);
    String proof = dialogue.last(in.toString(StandardCharsets.UTF_8));
    if (proof == null) {
      refuse(context, "28P01", "password authentication failed for user \"" + user + "\"", null);
      return false;
    }
    Accounts accounts = house.accounts().get();
    Account account = accounts.find(user, database);
    if (account == null) {
      boolean exists = accounts.databases().contains(database);
      refuse(
          context,
          exists ? "28000" : "3D000",
          exists
              ? "user \"" + user + "\" has no login for database \"" + database + "\""
              : "database \"" + database + "\" does not exist",
          null);
      return false;
    }
    StartupPacket startup = java.util.Objects.requireNonNull(packet);
    if (!"false".equals(startup.parameters().getOrDefault("replication", "false"))) {
      refuse(
          context,
          "0A000",
          "replication connections are not supported by the proxy",
          "Connect to the server directly.");
      return false;
    }
    enter(context, account, startup, proof);
    return false;
  }

  private void enter(
      ChannelHandlerContext context, Account account, StartupPacket startup, String proof) {
    state = State.OVER;
    cancelTimer();
    ByteBuf out = context.alloc().buffer(128);
    Backend.authenticationSasl(out, Backend.AUTH_SASL_FINAL, proof);
    context.write(out);
    Session session = new Session(context.channel(), desk, account, house.cancels());
    ByteBuf rest = messages.takeRest();
    context.pipeline().replace(this, "session", session);
    session.enter(version, startup.parameters());
    if (rest != null) {
      session.read(rest);
    }
  }

  private void cancelTimer() {
    if (tooLate != null) {
      tooLate.cancel(false);
      tooLate = null;
    }
  }

  private void refuse(
      ChannelHandlerContext context, String sqlState, String message, @Nullable String hint) {
    state = State.OVER;
    cancelTimer();
    ByteBuf out = context.alloc().buffer(256);
    Backend.error(out, "FATAL", sqlState, message, hint);
    context.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state = State.OVER;
    cancelTimer();
    messages.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  /** Whether it has been counted; for tests. */
  boolean counted() {
    return counted;
  }
}
