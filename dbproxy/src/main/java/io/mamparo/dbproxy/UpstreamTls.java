package io.mamparo.dbproxy;

import io.mamparo.wire.tls.ClientTls;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a server are encrypted. Immutable.
 *
 * @param mode whether they are
 * @param client whom to trust and what to show; null only when switched off
 * @param direct whether TLS begins at once (PostgreSQL 17 and newer) instead of after a question
 * @param bindingRequired whether a log-in must be bound to the channel (SCRAM-SHA-256-PLUS)
 */
public record UpstreamTls(
    Mode mode, @Nullable ClientTls client, boolean direct, boolean bindingRequired) {
  /** Whether connections are encrypted. */
  public enum Mode {
    /** Never. */
    OFF,
    /** If the server can. */
    PREFER,
    /** Always; a server that cannot is not used. */
    REQUIRE
  }

  /** Plain connections. */
  public static final UpstreamTls OFF = new UpstreamTls(Mode.OFF, null, false, false);

  public UpstreamTls {
    if (mode != Mode.OFF && client == null) {
      throw new IllegalArgumentException("encryption needs to know whom to trust");
    }
    if (direct && mode == Mode.PREFER) {
      throw new IllegalArgumentException("direct needs mode require or stronger");
    }
    if (bindingRequired && mode != Mode.REQUIRE) {
      throw new IllegalArgumentException("channel binding needs mode require or stronger");
    }
  }
}
