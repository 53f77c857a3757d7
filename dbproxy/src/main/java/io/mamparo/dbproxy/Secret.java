package io.mamparo.dbproxy;

import io.mamparo.wire.pg.ScramKeys;
import java.security.SecureRandom;
import java.util.Arrays;

/** A password that does not print itself. Immutable; safe for use by several threads. */
public final class Secret {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SALT_BYTES = 16;

  private final char[] value;

  private Secret(char[] value) {
    this.value = value;
  }

  /** Keeps a copy of {@code value}. */
  public static Secret of(char[] value) {
    return new Secret(value.clone());
  }

  /** Keeps {@code value}. */
  public static Secret of(String value) {
    return new Secret(value.toCharArray());
  }

  /** A copy, for whoever has to prove or check it; wipe it after use. */
  public char[] reveal() {
    return value.clone();
  }

  /** New SCRAM keys, with a salt of their own, that clients can be checked with. */
  public ScramKeys keys() {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    return keys(salt, ScramKeys.ITERATIONS);
  }

  /**
   * The SCRAM keys for this salt and number of iterations; takes about a microsecond each.
   *
   * @throws RuntimeException when no keys can be derived in this way
   */
  public ScramKeys keys(byte[] salt, int iterations) {
    char[] revealed = reveal();
    try {
      return ScramKeys.derive(revealed, salt, iterations);
    } finally {
      Arrays.fill(revealed, '\0');
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && Arrays.equals(value, secret.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "***";
  }
}
