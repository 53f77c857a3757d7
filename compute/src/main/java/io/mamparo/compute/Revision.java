package io.mamparo.compute;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names what a process runs: two processes of the same revision differ in nothing but their port.
 * Pure functions.
 */
final class Revision {
  /**
   * 80 bits, enough to tell revisions apart. The hash covers the environment's secrets, and a weak
   * one could be guessed from it: it belongs into the private records and into no answer.
   */
  private static final int CHARACTERS = 20;

  private Revision() {}

  static String of(ProcessSpec spec, @Nullable Integer fixedPort) {
    StringBuilder text = new StringBuilder();
    spec.argv().forEach(argument -> part(text, argument));
    part(text, "");
    new TreeMap<>(spec.env())
        .forEach(
            (name, value) -> {
              part(text, name);
              part(text, value);
            });
    part(text, spec.directory().toString());
    part(text, String.valueOf(fixedPort));
    return of(text.toString());
  }

  static String of(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With its length, so that no two lists of parts look alike. */
  private static void part(StringBuilder text, String part) {
    text.append(part.length()).append(':').append(part);
  }
}
