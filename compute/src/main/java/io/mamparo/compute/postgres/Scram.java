package io.mamparo.compute.postgres;

import io.mamparo.wire.pg.ScramKeys;
import org.jspecify.annotations.Nullable;

/** SCRAM-SHA-256 verifiers as PostgreSQL stores them (RFC 5802, RFC 7677). Pure functions. */
final class Scram {
  private Scram() {}

  /** Whether a stored verifier is that of a password. */
  static boolean matches(@Nullable String stored, String password) {
    try {
      return stored != null && ScramKeys.ofVerifier(stored).of(password.toCharArray());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
