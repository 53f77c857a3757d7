package io.mamparo.dbproxy;

import java.util.Arrays;

/** A password that does not print itself. Immutable; safe for use by several threads. */
public final class Secret {
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
