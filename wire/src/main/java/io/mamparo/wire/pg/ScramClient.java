package io.mamparo.wire.pg;

import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a SCRAM-SHA-256 dialogue (RFC 5802, RFC 7677), with channel binding of type
 * tls-server-end-point where both ends can (RFC 5929). For one dialogue; not for use by several
 * threads at once.
 */
public final class ScramClient {
  public static final String MECHANISM = "SCRAM-SHA-256";

  /** With channel binding. */
  public static final String MECHANISM_PLUS = "SCRAM-SHA-256-PLUS";

  private final String header;
  private final byte @Nullable [] endPoint;
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
    this(user, nonce, false, null);
  }

  /**
   * Begins a dialogue on an encrypted connection.
   *
   * @param offered whether the server offers channel binding
   * @param endPoint what to bind to; null when that is not known
   */
  public ScramClient(String user, String nonce, boolean offered, byte @Nullable [] endPoint) {
    this.user = user;
    this.nonce = nonce;
    boolean bound = offered && endPoint != null;
    this.endPoint = bound ? endPoint : null;
    // "y" lets the server notice when somebody in between has removed its offer.
    header = bound ? "p=tls-server-end-point,," : endPoint != null ? "y,," : "n,,";
  }

  /** The mechanism that the dialogue follows. */
  public String mechanism() {
    return endPoint == null ? MECHANISM : MECHANISM_PLUS;
  }

  /** The attribute c: the header and what is bound to. */
  static String binding(String header, byte @Nullable [] endPoint) {
    byte[] text = header.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    int length = endPoint == null ? 0 : endPoint.length;
    byte[] whole = java.util.Arrays.copyOf(text, text.length + length);
    if (endPoint != null) {
      System.arraycopy(endPoint, 0, whole, text.length, length);
    }
    return Base64.getEncoder().encodeToString(whole);
  }

  /** The client's first message. */
  public String first() {
    return header + firstBare();
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
    String bare = "c=" + binding(header, endPoint) + ",r=" + Attributes.of(first, 'r');
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
    ScramKeys used = keys;
    if (used == null) {
      throw new ProtocolViolation("SCRAM: the server's last message came first");
    }
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
