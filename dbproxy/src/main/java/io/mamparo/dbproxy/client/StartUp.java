package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.Security;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.SmallMessages;
import io.mamparo.wire.pg.StartupPacket;
import io.mamparo.wire.tls.ServerTls;
import io.mamparo.wire.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client connection until it has logged in; then a {@link Session} takes its place. Owned by one
 * event loop.
 *
 * <pre>
 *   SSLRequest → 'S' ─┐   first byte of TLS ─┐    SSLRequest, GSSENCRequest → 'N' ─┐
 *      ┌──────────── handshake ──────────────┘                                    │
 *      ├──────────────────────────────────────────────────────────────────────────┘
 *   start-up packet ─→ Proving ─proven→ Session
 *      │    │   │          └───────────→ 28P01
 *      │    │   └ certificate ─────────→ Session
 *      │    └ CancelRequest → carried out → closed
 *      └ garbage, too long, too late, too many → refused → closed
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class StartUp extends ChannelInboundHandlerAdapter {
  private enum State {
    STARTUP,
    ENCRYPTING,
    PROVING,
    OVER
  }

  /** What is negotiated inside TLS (ALPN); must be, where there was no SSLRequest. */
  public static final String ALPN = "postgresql";

  private final House house;
  private final Desk desk;
  private final SmallMessages messages = new SmallMessages(Frontend.MAX_STARTUP);
  private State state = State.STARTUP;
  private Security security = Security.NONE;
  private boolean sslSeen;
  private boolean tooMany;
  private @Nullable Future<?> tooLate;
  private @Nullable StartupPacket packet;
  private @Nullable Visitor visitor;
  private @Nullable Proving proving;
  private int version = Frontend.PROTOCOL_3_0;
  private boolean direct;

  /** For one connection. */
  public StartUp(House house, Desk desk) {
    this.house = house;
    this.desk = desk;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    Door door = house.door();
    security = house.security().get();
    visitor = new Visitor(context.channel(), security, house.listener());
    tooMany = door.tooMany();
    context.channel().closeFuture().addListener(closed -> door.left());
    tooLate = desk.loop().schedule(() -> expire(context), door.loginNanos(), TimeUnit.NANOSECONDS);
  }

  private void expire(ChannelHandlerContext context) {
    if (state != State.OVER) {
      state = State.OVER;
      visitor().refused("08006", "it took too long to log in");
      context.close();
    }
  }

  private Visitor visitor() {
    return java.util.Objects.requireNonNull(visitor);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (state == State.OVER) {
      ((ByteBuf) message).release();
      return;
    }
    messages.add((ByteBuf) message);
    steps(context);
  }

  private void steps(ChannelHandlerContext context) {
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
        if (in == null || !in.isReadable()) {
          yield false;
        }
        if (!sslSeen && !direct && ServerTls.looksLikeTls(in.getByte(in.readerIndex()))) {
          direct(context);
          yield false;
        }
        StartupPacket read = StartupPacket.read(in);
        yield read != null && opening(context, read, in.isReadable());
      }
      case PROVING -> {
        Proving asked = java.util.Objects.requireNonNull(proving);
        if (!asked.listens() || !messages.ready()) {
          yield false;
        }
        asked.next(password(messages.next()));
        yield true;
      }
      case ENCRYPTING, OVER -> false;
    };
  }

  private boolean opening(ChannelHandlerContext context, StartupPacket read, boolean more) {
    switch (read.code()) {
      case Frontend.SSL_REQUEST, Frontend.GSSENC_REQUEST -> {
        if (more || (sslSeen && read.code() == Frontend.SSL_REQUEST)) {
          // Bytes before the answer may have been slipped in by somebody in between.
          throw new ProtocolViolation("received unencrypted data after SSL request");
        }
        boolean ssl = read.code() == Frontend.SSL_REQUEST;
        sslSeen |= ssl;
        ServerTls tls = ssl && visitor().tls() == null ? tls() : null;
        context.writeAndFlush(context.alloc().buffer(1).writeByte(tls == null ? 'N' : 'S'));
        if (tls != null) {
          encrypt(context, tls);
        }
        return tls == null;
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

  private @Nullable ServerTls tls() {
    ServerTls tls = security.tls();
    return tls != null && tls.ready() ? tls : null;
  }

  /** What follows is encrypted; the answer before has passed already. */
  private void encrypt(ChannelHandlerContext context, ServerTls tls) {
    state = State.ENCRYPTING;
    context.pipeline().addFirst("tls", tls.handler(context.channel()));
  }

  /** A client that does not ask first, as from PostgreSQL 17 on. */
  private void direct(ChannelHandlerContext context) {
    direct = true;
    ServerTls tls = tls();
    ByteBuf begun = messages.takeRest();
    if (tls == null || begun == null) {
      io.netty.util.ReferenceCountUtil.release(begun);
      state = State.OVER;
      visitor().refused("08P01", "it began with TLS, which is not switched on");
      context.close();
      return;
    }
    encrypt(context, tls);
    context.pipeline().fireChannelRead(begun);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent done -> handshaken(context, done);
      case ChannelInputShutdownEvent end -> context.close();
      default -> context.fireUserEventTriggered(event);
    }
  }

  private void handshaken(ChannelHandlerContext context, SslHandshakeCompletionEvent done) {
    if (state != State.ENCRYPTING) {
      return;
    }
    house.door().handshake(done.isSuccess());
    if (!done.isSuccess()) {
      state = State.OVER;
      visitor().refused("08006", "the TLS handshake failed: " + done.cause().getMessage());
      context.close();
      return;
    }
    state = State.STARTUP;
    TlsSession session = TlsSession.of(context.channel());
    visitor().encrypted(session);
    if (direct && session != null && !session.protocol().equals(ALPN)) {
      refuse(
          context,
          "08P01",
          "received direct SSL connection request without ALPN protocol negotiation extension",
          null);
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
    Visitor who = visitor();
    who.asks(read.parameters());
    if (tooMany) {
      refuse(
          context,
          "53300",
          "sorry, too many clients already",
          "The proxy's limit of client connections is reached; close some or raise the limit.");
      return false;
    }
    Verdict.Refused unwelcome = who.unwelcome(house.throttle(), System.nanoTime());
    if (unwelcome != null) {
      refuse(context, unwelcome.sqlState(), unwelcome.message(), unwelcome.hint());
      return false;
    }
    List<String> unknown =
        read.parameters().keySet().stream().filter(name -> name.startsWith("_pq_.")).toList();
    ByteBuf out = context.alloc().buffer(64);
    version = Math.min(read.code(), Frontend.PROTOCOL_3_2);
    if (version != read.code() || !unknown.isEmpty()) {
      Backend.negotiateProtocolVersion(out, version, unknown);
    }
    if (who.certified()) {
      context.write(out);
      proven(context, null);
      return false;
    }
    Proving asked = new Proving(house, desk, security, context.channel(), who, outcome(context));
    proving = asked;
    state = State.PROVING;
    asked.begin(out);
    return true;
  }

  private Proving.Outcome outcome(ChannelHandlerContext context) {
    return new Proving.Outcome() {
      @Override
      public void proven(@Nullable String proof) {
        StartUp.this.proven(context, proof);
      }

      @Override
      public void refused(String sqlState, String message, @Nullable String hint) {
        if (state != State.OVER) {
          refuse(context, sqlState, message, hint);
        }
      }

      @Override
      public void goOn() {
        steps(context);
      }
    };
  }

  private static ByteBuf password(ByteBuf message) {
    if (message.readByte() != Frontend.PASSWORD) {
      throw new ProtocolViolation("expected SASL response, got another message");
    }
    return message.skipBytes(4);
  }

  /** It is who it says; whether it may come in is another question. */
  private void proven(ChannelHandlerContext context, @Nullable String proof) {
    StartupPacket startup = java.util.Objects.requireNonNull(packet);
    switch (visitor().verdict(house.accounts().get(), startup.parameters())) {
      case Verdict.Admitted(Account account) -> enter(context, account, startup, proof);
      case Verdict.Admin() -> enterAdmin(context, proof);
      case Verdict.Refused(String sqlState, String message, String hint) ->
          refuse(context, sqlState, message, hint);
    }
  }

  private void enter(
      ChannelHandlerContext context,
      Account account,
      StartupPacket startup,
      @Nullable String proof) {
    visitor().letIn(account.login().service());
    admit(context, proof);
    Session session = new Session(context.channel(), desk, account, house.cancels());
    ByteBuf rest = messages.takeRest();
    context.pipeline().replace(this, "session", session);
    session.enter(version, startup.parameters());
    if (rest != null) {
      session.read(rest);
    }
  }

  private void enterAdmin(ChannelHandlerContext context, @Nullable String proof) {
    visitor().letIn(null);
    admit(context, proof);
    house.admin().enter(context.channel(), this, visitor().user(), messages.takeRest());
  }

  private void admit(ChannelHandlerContext context, @Nullable String proof) {
    state = State.OVER;
    cancelTimer();
    if (proof != null) {
      ByteBuf out = context.alloc().buffer(128);
      Backend.authenticationSasl(out, Backend.AUTH_SASL_FINAL, proof);
      context.write(out);
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
    visitor().refused(sqlState, message);
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
}
