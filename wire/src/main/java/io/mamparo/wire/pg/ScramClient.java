package io.mamparo.wire.pg;

import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a SCRAM-SHA-256 dialogue (RFC 5802, RFC 7677), without channel binding. For
 * one dialogue; not for use by several threads at once.
 */
public final class ScramClient {
  public static final String MECHANISM = "SCRAM-SHA-256";
  private static final String HEADER = "n,,";

  private final String user;
  private final String nonce;
  private @Nullable String serverFirst;
  private @Nullable String authMessage;
  private @Nullable ScramKeys keys;

  /**
   * Begins a dialogue.
   *
   * @param user empty towards PostgreSQL, which takes the user from the start-up packet
   * @param nonce printable, without comma, fresh from a secure source
   */
  public ScramClient(String user, String nonce) {
    this.user = user;
    this.nonce = nonce;
  }

  /** The client's first message. */
  public String first() {
    return HEADER + firstBare();
  }

  private String firstBare() {
    return "n=" + user + ",r=" + nonce;
  }

  /** Takes the server's first message and says which keys are needed. */
  public Challenge challenge(String message) {
    String combined = Attributes.of(message, 'r');
    if (!combined.startsWith(nonce) || combined.length() == nonce.length()) {
      throw new ProtocolViolation("SCRAM: the server's nonce does not continue ours");
    }
    try {
      byte[] salt = Base64.getDecoder().decode(Attributes.of(message, 's'));
      int iterations = Integer.parseInt(Attributes.of(message, 'i'));
      serverFirst = message;
      return new Challenge(salt, iterations);
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolation("SCRAM: malformed server message");
    }
  }

  /** The client's final message, by keys that fit the challenge. */
  public String last(ScramKeys keys) {
    String first = java.util.Objects.requireNonNull(serverFirst);
    String bare =
        "c="
            + Base64.getEncoder()
                .encodeToString(HEADER.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            + ",r="
            + Attributes.of(first, 'r');
    String auth = firstBare() + "," + first + "," + bare;
    authMessage = auth;
    this.keys = keys;
    return bare + ",p=" + Base64.getEncoder().encodeToString(keys.clientProof(auth));
  }

  /**
   * Checks the server's last message: it must know the password, too.
   *
   * @throws ProtocolViolation when it does not
   */
  public void verify(String message) {
    ScramKeys used = java.util.Objects.requireNonNull(keys);
    byte[] expected = used.serverSignature(java.util.Objects.requireNonNull(authMessage));
    byte[] signature;
    try {
      signature = Base64.getDecoder().decode(Attributes.of(message, 'v'));
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolation("SCRAM: malformed server signature");
    }
    if (!MessageDigest.isEqual(expected, signature)) {
      throw new ProtocolViolation("SCRAM: the server does not know the password");
    }
  }

  /** What the keys must be derived with. Immutable. */
  public static final class Challenge {
    private final byte[] salt;
    private final int iterations;

    private Challenge(byte[] salt, int iterations) {
      this.salt = salt;
      this.iterations = iterations;
    }

    /** The salt; a copy. */
    public byte[] salt() {
      return salt.clone();
    }

    /** How many rounds. */
    public int iterations() {
      return iterations;
    }
  }
}
