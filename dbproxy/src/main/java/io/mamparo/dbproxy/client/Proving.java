package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.Security;
import io.mamparo.dbproxy.guests.LookUp;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client proves to be the user it says. Owned by one event loop.
 *
 * <pre>
 *   begin ─→ (LOOKING_UP ─found or not─→) FIRST → LAST ─→ proven, or 28P01
 *     └ a login by token ─→ TOKEN ─→ proven, or 28P01
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
final class Proving {
  private enum State {
    LOOKING_UP,
    FIRST,
    LAST,
    TOKEN,
    OVER
  }

  /** Who hears how it went. */
  interface Outcome {
    /** It is who it says; {@code proof} is the server's, for the client to check. */
    void proven(@Nullable String proof);

    /** It may not come in. */
    void refused(String sqlState, String message, @Nullable String hint);

    /** Somebody was looked up; what the client has sent meanwhile may be read. */
    void goOn();
  }

  private final House house;
  private final Desk desk;
  private final Security security;
  private final Channel channel;
  private final Visitor who;
  private final Outcome outcome;
  private final SaslDialogue sasl;
  private @Nullable ScramKeys guest;
  private State state = State.OVER;

  Proving(
      House house, Desk desk, Security security, Channel channel, Visitor who, Outcome outcome) {
    this.house = house;
    this.desk = desk;
    this.security = security;
    this.channel = channel;
    this.who = who;
    this.outcome = outcome;
    sasl = new SaslDialogue(who.tls());
  }

  /**
   * Asks the client for what it needs.
   *
   * @param out what it is told before that
   */
  void begin(ByteBuf out) {
    Account account = house.accounts().get().find(who.user(), who.database());
    if (account != null && account.proof() == DatabaseProxyConfig.Proof.TOKEN) {
      askForToken(out);
    } else if ((account == null || account.guest()) && house.guests().welcome(who.database())) {
      channel.write(out);
      state = State.LOOKING_UP;
      house
          .guests()
          .find(who.database(), who.user(), answer -> desk.loop().execute(() -> lookedUp(answer)));
    } else {
      offer(out);
    }
  }

  private void offer(ByteBuf out) {
    sasl.offer(out);
    channel.writeAndFlush(out);
    state = State.FIRST;
  }

  private void lookedUp(LookUp.Answer answer) {
    if (state != State.LOOKING_UP) {
      return;
    }
    if (answer.problem().isEmpty()) {
      guest = answer.keys();
      offer(channel.alloc().buffer(64));
      outcome.goOn();
    } else {
      refuse(
          "57P03",
          "user \"" + who.user() + "\" cannot be looked up: " + answer.problem(),
          "Try again when the database's server answers.");
    }
  }

  /** A token is sent as it is, so nobody else must be able to read it. */
  private void askForToken(ByteBuf out) {
    if (who.tls() == null) {
      out.release();
      refuse(
          "28000",
          "log-ins by token need an encrypted connection",
          "Connect with sslmode=require or stronger.");
      return;
    }
    Backend.authenticationCleartextPassword(out);
    channel.writeAndFlush(out);
    state = State.TOKEN;
  }

  /** Whether it takes a message now. */
  boolean listens() {
    return state != State.LOOKING_UP && state != State.OVER;
  }

  /** Reads what the client says next. */
  void next(ByteBuf in) {
    switch (state) {
      case FIRST -> first(in);
      case LAST -> last(in);
      case TOKEN -> token(in);
      case LOOKING_UP, OVER -> {
        // Nobody listens.
      }
    }
  }

  private void first(ByteBuf in) {
    ScramKeys known = guest == null ? house.keys(who) : guest;
    ScramKeys keys = known == null ? house.strangers().keys(who.user()) : known;
    String answer = sasl.first(in, keys, known != null);
    who.method(sasl.mechanism());
    ByteBuf out = channel.alloc().buffer(128);
    Backend.authenticationSasl(out, Backend.AUTH_SASL_CONTINUE, answer);
    channel.writeAndFlush(out);
    state = State.LAST;
  }

  private void last(ByteBuf in) {
    String proof = sasl.last(in);
    if (proof == null) {
      if (guest != null) {
        house.guests().forget(who.database(), who.user());
      }
      failed("password authentication failed for user \"" + who.user() + "\"");
      return;
    }
    house.throttle().succeeded(who.address(), who.user());
    ScramKeys shown = guest == null ? null : sasl.proven();
    if (shown != null && house.guests().enter(who.database(), who.user(), shown) == null) {
      refuse(
          "53300",
          "too many users of database \"" + who.database() + "\" are logged in",
          "Wait until some have left.");
      return;
    }
    state = State.OVER;
    outcome.proven(proof);
  }

  private void token(ByteBuf in) {
    who.method("token");
    int length = Math.max(in.bytesBefore((byte) 0), 0);
    String token = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    String refusal = security.tokens().refusal(token, who.user());
    if (refusal != null) {
      failed("token of user \"" + who.user() + "\": " + refusal);
      return;
    }
    house.throttle().succeeded(who.address(), who.user());
    state = State.OVER;
    outcome.proven(null);
  }

  private void failed(String message) {
    house.throttle().failed(who.address(), who.user(), System.nanoTime(), security.throttle());
    refuse("28P01", message, null);
  }

  private void refuse(String sqlState, String message, @Nullable String hint) {
    state = State.OVER;
    outcome.refused(sqlState, message, hint);
  }
}
