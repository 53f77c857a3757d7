package io.mamparo.wire.pg;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a SCRAM-SHA-256 dialogue (RFC 5802, RFC 7677), without channel binding. An
 * unknown user goes through the same dialogue, with keys nobody can prove. For one dialogue; not
 * for use by several threads at once.
 */
public final class ScramServer {
  private final ScramKeys keys;
  private final boolean known;
  private final String nonce;
  private String clientFirstBare = "";
  private String header = "";
  private @Nullable String serverFirst;

  /**
   * Begins a dialogue.
   *
   * @param keys of the user, or stand-ins
   * @param known false when the keys are stand-ins
   * @param nonce printable, without comma, fresh from a secure source
   */
  public ScramServer(ScramKeys keys, boolean known, String nonce) {
    this.keys = keys;
    this.known = known;
    this.nonce = nonce;
  }

  /**
   * Answers the client's first message.
   *
   * @throws ProtocolViolation when it is malformed or asks for channel binding
   */
  public String first(String message) {
    int comma = message.indexOf(',');
    int second = message.indexOf(',', comma + 1);
    if (comma != 1 || second < 0) {
      throw new ProtocolViolation("malformed SCRAM message");
    }
    switch (message.charAt(0)) {
      case 'n', 'y' -> header = message.substring(0, second + 1);
      case 'p' -> throw new ProtocolViolation("SCRAM channel binding is not supported without TLS");
      default -> throw new ProtocolViolation("malformed SCRAM message");
    }
    if (second != 2) {
      throw new ProtocolViolation("client uses authorization identity, but it is not supported");
    }
    clientFirstBare = message.substring(second + 1);
    if (clientFirstBare.startsWith("m=")) {
      throw new ProtocolViolation("client requires an unsupported SCRAM extension");
    }
    String answer =
        "r="
            + Attributes.of(clientFirstBare, 'r')
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(keys.salt())
            + ",i="
            + keys.iterations();
    serverFirst = answer;
    return answer;
  }

  /**
   * Checks the client's final message.
   *
   * @return the server's final message; null when the client does not know the password
   * @throws ProtocolViolation when the message is malformed
   */
  public @Nullable String last(String message) {
    String first = java.util.Objects.requireNonNull(serverFirst);
    int proofAt = message.lastIndexOf(",p=");
    if (proofAt < 0) {
      throw new ProtocolViolation("malformed SCRAM message");
    }
    String bare = message.substring(0, proofAt);
    String binding = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.US_ASCII));
    if (!Attributes.of(bare, 'c').equals(binding)) {
      throw new ProtocolViolation(
          "unexpected SCRAM channel-binding attribute in client-final-message");
    }
    if (!Attributes.of(bare, 'r').equals(Attributes.of(first, 'r'))) {
      throw new ProtocolViolation("SCRAM: nonce does not match");
    }
    byte[] proof;
    try {
      proof = Base64.getDecoder().decode(message.substring(proofAt + 3));
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolation("malformed SCRAM message");
    }
    String authMessage = clientFirstBare + "," + first + "," + bare;
    boolean proven = keys.proves(authMessage, proof);
    if (!proven || !known) {
      return null;
    }
    return "v=" + Base64.getEncoder().encodeToString(keys.serverSignature(authMessage));
  }
}
