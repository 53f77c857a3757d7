package io.mamparo.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where requests from outside come in.
 *
 * @param connections client connections at most
 * @param idleTimeout after which a connection without a request is closed
 * @param tunnelTimeout after which an upgraded connection on which nothing moves is closed
 * @param headerTimeout for a request's head, from its first byte
 * @param headerSize of a request's head at most
 * @param tls encrypted connections; absent when switched off
 */
public record IngressSpec(
    Listen listen,
    int connections,
    Duration idleTimeout,
    Duration tunnelTimeout,
    Duration headerTimeout,
    ByteSize headerSize,
    @Nullable TlsSpec tls) {
  public IngressSpec {
    Require.between(1, connections, 1_000_000, "connections");
    Require.positive(idleTimeout, "idle-timeout");
    Require.positive(tunnelTimeout, "tunnel-timeout");
    Require.positive(headerTimeout, "header-timeout");
    Require.that(
        headerSize.compareTo(ByteSize.kib(1)) >= 0 && headerSize.compareTo(ByteSize.mib(1)) <= 0,
        "header-size must be from 1KiB to 1MiB");
  }
}
