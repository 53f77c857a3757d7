package io.mamparo.wire.pg;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys SCRAM-SHA-256 derives from a password (RFC 5802, section 3). Deriving them takes
 * milliseconds, so they are made off the event loops and kept. Immutable; safe for use by several
 * threads.
 */
public final class ScramKeys {
  /** What PostgreSQL uses. */
  public static final int ITERATIONS = 4096;

  /** A peer that asks for more would stall whoever derives the keys. */
  public static final int MAX_ITERATIONS = 1_000_000;

  private final byte[] salt;
  private final int iterations;
  private final byte[] clientKey;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramKeys(ScramKeys other, byte[] salt) {
    this.salt = salt.clone();
    iterations = other.iterations;
    clientKey = other.clientKey;
    storedKey = other.storedKey;
    serverKey = other.serverKey;
  }

  private ScramKeys(
      byte[] salt, int iterations, byte[] clientKey, byte[] storedKey, byte[] serverKey) {
    this.salt = salt;
    this.iterations = iterations;
    this.clientKey = clientKey;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /**
   * The keys of a verifier as PostgreSQL keeps it, {@code SCRAM-SHA-256$4096:salt$stored:server}.
   * Clients can be checked with them; nobody can log in with them.
   *
   * @throws IllegalArgumentException when it is none; the message does not show it
   */
  public static ScramKeys ofVerifier(String verifier) {
    String[] parts = verifier.split("[$:]", -1);
    if (parts.length != 5 || !parts[0].equals("SCRAM-SHA-256")) {
      throw new IllegalArgumentException("it is not a SCRAM-SHA-256 verifier");
    }
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      int iterations = Integer.parseInt(parts[1]);
      byte[] stored = base64.decode(parts[3]);
      byte[] server = base64.decode(parts[4]);
      if (iterations < 1 || stored.length != 32 || server.length != 32) {
        throw new IllegalArgumentException("it is not a SCRAM-SHA-256 verifier");
      }
      return new ScramKeys(base64.decode(parts[2]), iterations, new byte[0], stored, server);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is not a SCRAM-SHA-256 verifier");
    }
  }

  /** Whether they can play the client's part. */
  public boolean canProve() {
    return clientKey.length != 0;
  }

  /** The same, able to play the client's part with what its proof gives away. */
  ScramKeys withProof(String authMessage, byte[] proof) {
    byte[] client = xor(proof, hmac(storedKey, utf8(authMessage)));
    return new ScramKeys(salt, iterations, client, storedKey, serverKey);
  }

  private ScramKeys(byte[] salt, int iterations, byte[] salted) {
    this.salt = salt.clone();
    this.iterations = iterations;
    clientKey = hmac(salted, ascii("Client Key"));
    storedKey = sha256(clientKey);
    serverKey = hmac(salted, ascii("Server Key"));
  }

  /** Derives the keys; takes about a microsecond an iteration. */
  public static ScramKeys derive(char[] password, byte[] salt, int iterations) {
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new ProtocolViolation("invalid SCRAM iteration count");
    }
    byte[] prepared = SaslPrep.prepare(new String(password)).getBytes(StandardCharsets.UTF_8);
    byte[] salted = Pbkdf2.key(prepared, salt, iterations);
    Arrays.fill(prepared, (byte) 0);
    return new ScramKeys(salt, iterations, salted);
  }

  /** The same keys shown under another salt, which nobody can prove: a stand-in for no user. */
  public ScramKeys withSalt(byte[] other) {
    return new ScramKeys(this, other);
  }

  /** Whether they were derived with this salt and count. */
  public boolean fits(byte[] salt, int iterations) {
    return this.iterations == iterations && Arrays.equals(this.salt, salt);
  }

  /** Whether they are those of this password; takes as long as deriving them. */
  public boolean of(char[] password) {
    return same(derive(password, salt, iterations));
  }

  /** Whether both were derived from the same password with the same salt and count. */
  public boolean same(ScramKeys other) {
    return fits(other.salt, other.iterations) && MessageDigest.isEqual(storedKey, other.storedKey);
  }

  byte[] salt() {
    return salt;
  }

  int iterations() {
    return iterations;
  }

  byte[] storedKey() {
    return storedKey;
  }

  byte[] clientProof(String authMessage) {
    return xor(clientKey, hmac(storedKey, utf8(authMessage)));
  }

  byte[] serverSignature(String authMessage) {
    return hmac(serverKey, utf8(authMessage));
  }

  /** Whether the proof shows that the peer knows the password; takes the same time either way. */
  boolean proves(String authMessage, byte[] proof) {
    if (proof.length != storedKey.length) {
      return false;
    }
    byte[] claimed = xor(proof, hmac(storedKey, utf8(authMessage)));
    return MessageDigest.isEqual(sha256(claimed), storedKey);
  }

  static byte[] hmac(byte[] key, byte[] data) {
    try {
      return mac(key).doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Mac mac(byte[] key) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    // An empty key and a single zero are the same to HMAC, which pads with zeros.
    mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
    return mac;
  }

  static byte[] sha256(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] xor(byte[] a, byte[] b) {
    byte[] result = a.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= b[i];
    }
    return result;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "ScramKeys[***]";
  }
}
