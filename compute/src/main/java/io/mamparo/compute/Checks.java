package io.mamparo.compute;

import java.time.Duration;

/** Validation of configuration records. */
final class Checks {
  private Checks() {}

  static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  static void positive(Duration value, String name) {
    that(value.isPositive(), name + " must be positive");
  }

  static void port(int port) {
    that(port > 0 && port <= 65_535, "a port is between 1 and 65535");
  }

  /** Names become file names. */
  static void name(String name) {
    that(
        name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"),
        "a name has letters, digits, '.', '_' and '-' only: " + name);
  }
}
