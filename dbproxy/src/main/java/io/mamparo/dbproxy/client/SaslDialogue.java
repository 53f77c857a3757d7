package io.mamparo.dbproxy.client;

import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.ScramKeys;
import io.mamparo.wire.pg.ScramServer;
import io.mamparo.wire.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A client proves its password by SCRAM. Owned by one event loop. */
final class SaslDialogue {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte @Nullable [] endPoint;
  private @Nullable ScramServer scram;
  private String mechanism = "";

  /** For a connection, encrypted or not. */
  SaslDialogue(@Nullable TlsSession tls) {
    endPoint = tls == null ? null : tls.endPoint();
  }

  /** Says what can be chosen from. */
  void offer(ByteBuf out) {
    Backend.authenticationSasl(out, ScramServer.mechanisms(endPoint));
  }

  /** The mechanism that was chosen; empty before. */
  String mechanism() {
    return mechanism;
  }

  /**
   * Answers the client's first message.
   *
   * @param known whether the keys are those of a user
   * @throws ProtocolViolation when it is malformed, or its choice was not offered
   */
  String first(ByteBuf in, ScramKeys keys, boolean known) {
    int length = in.bytesBefore((byte) 0);
    mechanism = in.readCharSequence(Math.max(length, 0), StandardCharsets.UTF_8).toString();
    if (!ScramServer.mechanisms(endPoint).contains(mechanism)) {
      throw new ProtocolViolation("client selected an invalid SASL authentication mechanism");
    }
    in.skipBytes(1);
    int data = in.readInt();
    String first = in.readCharSequence(data, StandardCharsets.UTF_8).toString();
    byte[] random = new byte[18];
    RANDOM.nextBytes(random);
    ScramServer dialogue =
        new ScramServer(
            keys, known, Base64.getEncoder().encodeToString(random), mechanism, endPoint);
    scram = dialogue;
    return dialogue.first(first);
  }

  /** Checks the client's last message; null when it does not know the password. */
  @Nullable String last(ByteBuf in) {
    return java.util.Objects.requireNonNull(scram).last(in.toString(StandardCharsets.UTF_8));
  }

  /** The keys that the client has shown to have. */
  @Nullable ScramKeys proven() {
    return scram == null ? null : scram.proven();
  }
}
