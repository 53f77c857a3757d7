package io.mamparo.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A text that must not appear in a log, an argument list, a trace, a status or an error. Immutable;
 * compared in constant time; {@link #toString()} never shows it.
 */
public final class Secret {
  private final String text;

  /** Wraps {@code text}. */
  public Secret(String text) {
    this.text = text;
  }

  /** The text itself, for the one place that has to send it. */
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes(text), bytes(secret.text));
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "***";
  }
}
