package io.mamparo.dbproxy.server;

import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ErrorFields;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.Md5Password;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.ScramClient;
import io.mamparo.wire.pg.ScramKeys;
import io.mamparo.wire.pg.SmallMessages;
import io.mamparo.wire.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue that opens a server connection. Owned by one event loop.
 *
 * <pre>
 *   start-up → [SASL ⇄ | cleartext | MD5] → AuthenticationOk → parameters, key → ReadyForQuery: opened
 *       └──────────────── ErrorResponse, violation, close ────────────────→ failed
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
final class LogIn {
  private static final int BOUND = 64 * 1024;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** What comes of it. */
  interface Outcome {
    void opened(LogIn logIn);

    void failed(String sqlState, String reason);
  }

  private final Channel channel;
  private final Upstream upstream;
  private final Outcome outcome;
  private final SmallMessages messages = new SmallMessages(BOUND);
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private @Nullable ScramClient scram;
  private boolean verified;
  private int pid;
  private byte[] key = new byte[0];
  private boolean over;

  LogIn(Channel channel, Upstream upstream, Outcome outcome) {
    this.channel = channel;
    this.upstream = upstream;
    this.outcome = outcome;
  }

  void begin() {
    Map<String, String> startup = new LinkedHashMap<>();
    startup.put("user", upstream.user());
    startup.put("database", upstream.dbname());
    ByteBuf out = channel.alloc().buffer(128);
    Frontend.startup(out, startup);
    channel.writeAndFlush(out, channel.voidPromise());
  }

  /** What the server reported. */
  Map<String, String> parameters() {
    return parameters;
  }

  int pid() {
    return pid;
  }

  byte[] key() {
    return key;
  }

  void read(ByteBuf bytes) {
    messages.add(bytes);
    try {
      while (!over && messages.ready()) {
        message(messages.next());
      }
    } catch (ProtocolViolation | IndexOutOfBoundsException e) {
      fail("", "the server broke the protocol: " + e.getMessage());
    }
    if (over) {
      messages.release();
    }
  }

  void release() {
    over = true;
    messages.release();
  }

  private void fail(String sqlState, String reason) {
    if (!over) {
      over = true;
      outcome.failed(sqlState, reason);
    }
  }

  private void message(ByteBuf in) {
    byte type = in.readByte();
    int end = in.writerIndex();
    in.skipBytes(4);
    switch (type) {
      case Backend.AUTHENTICATION -> authentication(in);
      case Backend.PARAMETER_STATUS -> parameters.put(string(in), string(in));
      case Backend.BACKEND_KEY_DATA -> {
        pid = in.readInt();
        key = new byte[in.readableBytes()];
        in.readBytes(key);
      }
      case Backend.READY_FOR_QUERY -> {
        over = true;
        outcome.opened(this);
      }
      case Backend.ERROR_RESPONSE -> {
        ErrorFields error = ErrorFields.read(in, in.readerIndex(), end);
        fail(error.sqlState(), error.message());
      }
      case Backend.NOTICE_RESPONSE, Backend.NEGOTIATE_PROTOCOL_VERSION -> {
        // Nothing the proxy asked for depends on it.
      }
      default -> fail("", "the server sent message type " + type + " during log-in");
    }
  }

  private static String string(ByteBuf in) {
    int length = in.bytesBefore((byte) 0);
    if (length < 0) {
      throw new ProtocolViolation("unterminated string");
    }
    String value = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
    in.skipBytes(length + 1);
    return value;
  }

  private void authentication(ByteBuf in) {
    int kind = in.readInt();
    switch (kind) {
      case Backend.AUTH_OK -> {
        if (upstream.tls().bindingRequired() && !bound()) {
          fail("", "the server let the proxy in without channel binding, which is required");
        }
      }
      case Backend.AUTH_CLEARTEXT -> {
        char[] password = upstream.password();
        answer(new String(password).getBytes(StandardCharsets.UTF_8));
        Arrays.fill(password, '\0');
      }
      case Backend.AUTH_MD5 -> {
        byte[] salt = new byte[4];
        in.readBytes(salt);
        char[] password = upstream.password();
        answer(Md5Password.answer(upstream.user(), password, salt));
        Arrays.fill(password, '\0');
      }
      case Backend.AUTH_SASL -> sasl(in);
      case Backend.AUTH_SASL_CONTINUE -> challenge(in.toString(StandardCharsets.UTF_8));
      case Backend.AUTH_SASL_FINAL -> {
        if (scram == null) {
          throw new ProtocolViolation("SASL without a beginning");
        }
        scram.verify(in.toString(StandardCharsets.UTF_8));
        verified = true;
      }
      default ->
          fail("", "the server wants authentication method " + kind + ", which is not known");
    }
  }

  private boolean bound() {
    return scram != null && scram.mechanism().equals(ScramClient.MECHANISM_PLUS) && verified;
  }

  private void answer(byte[] password) {
    ByteBuf out = channel.alloc().buffer(64);
    Frontend.password(out, password);
    channel.writeAndFlush(out, channel.voidPromise());
  }

  private void sasl(ByteBuf in) {
    boolean plain = false;
    boolean plus = false;
    while (in.isReadable() && in.getByte(in.readerIndex()) != 0) {
      String mechanism = string(in);
      plain |= mechanism.equals(ScramClient.MECHANISM);
      plus |= mechanism.equals(ScramClient.MECHANISM_PLUS);
    }
    TlsSession session = TlsSession.of(channel);
    byte[] random = new byte[18];
    RANDOM.nextBytes(random);
    ScramClient dialogue =
        new ScramClient(
            "",
            Base64.getEncoder().encodeToString(random),
            plus,
            session == null ? null : session.endPoint());
    boolean bound = dialogue.mechanism().equals(ScramClient.MECHANISM_PLUS);
    if (!bound && upstream.tls().bindingRequired()) {
      fail("", "the server offers no channel binding, which is required");
    } else if (!bound && !plain) {
      fail("", "the server offers no SASL mechanism that is known (SCRAM-SHA-256)");
    } else {
      scram = dialogue;
      ByteBuf out = channel.alloc().buffer(128);
      Frontend.saslInitial(out, dialogue.mechanism(), dialogue.first());
      channel.writeAndFlush(out, channel.voidPromise());
    }
  }

  private void challenge(String message) {
    ScramClient dialogue = scram;
    if (dialogue == null) {
      throw new ProtocolViolation("SASL without a beginning");
    }
    ScramClient.Challenge challenge = dialogue.challenge(message);
    upstream.keys(
        challenge.salt(),
        challenge.iterations(),
        keys -> {
          if (channel.eventLoop().inEventLoop()) {
            prove(dialogue, keys);
          } else {
            channel.eventLoop().execute(() -> prove(dialogue, keys));
          }
        });
  }

  private void prove(ScramClient dialogue, @Nullable ScramKeys keys) {
    if (keys == null) {
      fail("", "the server's SCRAM challenge cannot be met");
      return;
    }
    if (!over) {
      ByteBuf out = channel.alloc().buffer(128);
      Frontend.saslResponse(out, dialogue.last(keys));
      channel.writeAndFlush(out, channel.voidPromise());
    }
  }
}
