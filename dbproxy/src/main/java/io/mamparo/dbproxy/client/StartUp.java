package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.Security;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.ScramKeys;
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
import java.nio.charset.StandardCharsets;
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
 *   start-up packet → SASL offered → first → last ─proven→ Session
 *      │    │   └ certificate ─────────┼─────┼───────────→ Session
 *      │    │                          └─────┴──────────→ 28P01
 *      │    └ CancelRequest → carried out → closed
 *      └ garbage, too long, too late, too many → refused → closed
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class StartUp extends ChannelInboundHandlerAdapter {
  private enum State {
    STARTUP,
    ENCRYPTING,
    SASL_FIRST,
    SASL_LAST,
    TOKEN,
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
  private @Nullable SaslDialogue sasl;
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
      case ENCRYPTING -> false;
      case SASL_FIRST -> messages.ready() && saslFirst(context, password(messages.next()));
      case SASL_LAST -> messages.ready() && saslLast(context, password(messages.next()));
      case TOKEN -> messages.ready() && token(context, password(messages.next()));
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
    Account account = house.accounts().get().find(who.user(), who.database());
    if (account != null && account.proof() == DatabaseProxyConfig.Proof.TOKEN) {
      return askForToken(context, out);
    }
    SaslDialogue dialogue = new SaslDialogue(who.tls());
    sasl = dialogue;
    dialogue.offer(out);
    context.writeAndFlush(out);
    state = State.SASL_FIRST;
    return true;
  }

  /** A token is sent as it is, so nobody else must be able to read it. */
  private boolean askForToken(ChannelHandlerContext context, ByteBuf out) {
    if (visitor().tls() == null) {
      out.release();
      refuse(
          context,
          "28000",
          "log-ins by token need an encrypted connection",
          "Connect with sslmode=require or stronger.");
      return false;
    }
    Backend.authenticationCleartextPassword(out);
    context.writeAndFlush(out);
    state = State.TOKEN;
    return true;
  }

  private boolean token(ChannelHandlerContext context, ByteBuf in) {
    Visitor who = visitor();
    who.method("token");
    int length = Math.max(in.bytesBefore((byte) 0), 0);
    String token = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    String refusal = security.tokens().refusal(token, who.user());
    if (refusal == null) {
      house.throttle().succeeded(who.address(), who.user());
      proven(context, null);
    } else {
      house.throttle().failed(who.address(), who.user(), System.nanoTime(), security.throttle());
      refuse(context, "28P01", "token of user \"" + who.user() + "\": " + refusal, null);
    }
    return false;
  }

  private static ByteBuf password(ByteBuf message) {
    if (message.readByte() != Frontend.PASSWORD) {
      throw new ProtocolViolation("expected SASL response, got another message");
    }
    return message.skipBytes(4);
  }

  private SaslDialogue sasl() {
    return java.util.Objects.requireNonNull(sasl);
  }

  private boolean saslFirst(ChannelHandlerContext context, ByteBuf in) {
    ScramKeys known = house.keys(visitor());
    ScramKeys keys = known == null ? house.strangers().keys(visitor().user()) : known;
    String answer = sasl().first(in, keys, known != null);
    visitor().method(sasl().mechanism());
    ByteBuf out = context.alloc().buffer(128);
    Backend.authenticationSasl(out, Backend.AUTH_SASL_CONTINUE, answer);
    context.writeAndFlush(out);
    state = State.SASL_LAST;
    return true;
  }

  private boolean saslLast(ChannelHandlerContext context, ByteBuf in) {
    Visitor who = visitor();
    String proof = sasl().last(in);
    if (proof == null) {
      house.throttle().failed(who.address(), who.user(), System.nanoTime(), security.throttle());
      refuse(
          context, "28P01", "password authentication failed for user \"" + who.user() + "\"", null);
      return false;
    }
    house.throttle().succeeded(who.address(), who.user());
    proven(context, proof);
    return false;
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
