package io.mamparo.wire.pg;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a SCRAM-SHA-256 dialogue (RFC 5802, RFC 7677), with channel binding of type
 * tls-server-end-point where the connection has one (RFC 5929). An unknown user goes through the
 * same dialogue, with keys nobody can prove. For one dialogue; not for use by several threads at
 * once.
 */
public final class ScramServer {
  private final ScramKeys keys;
  private final boolean known;
  private final String nonce;
  private final byte @Nullable [] endPoint;
  private final boolean plus;
  private @Nullable ScramKeys proven;
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
    this(keys, known, nonce, ScramClient.MECHANISM, null);
  }

  /**
   * As above, on an encrypted connection.
   *
   * @param mechanism the one that the client chose of those offered
   * @param endPoint what to bind to; null when binding was not offered
   */
  public ScramServer(
      ScramKeys keys, boolean known, String nonce, String mechanism, byte @Nullable [] endPoint) {
    this.keys = keys;
    this.known = known;
    this.nonce = nonce;
    this.endPoint = endPoint;
    this.plus = mechanism.equals(ScramClient.MECHANISM_PLUS);
  }

  /**
   * The mechanisms to offer.
   *
   * @param endPoint what could be bound to; null for nothing
   */
  public static java.util.List<String> mechanisms(byte @Nullable [] endPoint) {
    return endPoint == null
        ? java.util.List.of(ScramClient.MECHANISM)
        : java.util.List.of(ScramClient.MECHANISM_PLUS, ScramClient.MECHANISM);
  }

  /**
   * Answers the client's first message.
   *
   * @throws ProtocolViolation when it is malformed, or its channel binding does not fit what was
   *     offered: somebody in between may have taken the offer away
   */
  public String first(String message) {
    int comma = message.indexOf(',');
    int second = message.indexOf(',', comma + 1);
    if (comma < 1 || second < 0) {
      throw new ProtocolViolation("malformed SCRAM message");
    }
    bindingFlag(message.substring(0, comma));
    header = message.substring(0, second + 1);
    if (second != comma + 1) {
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

  private void bindingFlag(String flag) {
    if (plus && !flag.startsWith("p=")) {
      throw new ProtocolViolation("malformed SCRAM message: channel binding was chosen, not used");
    }
    switch (flag) {
      case "n" -> {
        // It cannot, or does not want to.
      }
      case "y" -> {
        if (endPoint != null) {
          throw new ProtocolViolation(
              "the client thinks that channel binding is not offered, but it is");
        }
      }
      case "p=tls-server-end-point" -> {
        if (!plus) {
          throw new ProtocolViolation(
              endPoint == null
                  ? "SCRAM channel binding is not supported without TLS"
                  : "malformed SCRAM message: channel binding was used, not chosen");
        }
      }
      default -> throw new ProtocolViolation("unsupported SCRAM channel-binding type");
    }
  }

  /** The keys that the client has shown to have, once it has; with them its part can be played. */
  public @Nullable ScramKeys proven() {
    return proven;
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
    if (!Attributes.of(bare, 'c').equals(ScramClient.binding(header, plus ? endPoint : null))) {
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
    boolean right = keys.proves(authMessage, proof);
    if (!right || !known) {
      return null;
    }
    proven = keys.withProof(authMessage, proof);
    return "v=" + Base64.getEncoder().encodeToString(keys.serverSignature(authMessage));
  }
}
