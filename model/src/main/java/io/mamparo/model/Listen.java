package io.mamparo.model;

import org.jspecify.annotations.Nullable;

/**
 * Where a listener of Mamparo's own stands: as the stack file says, or else on a default port of
 * the loopback interface, which {@code --port-offset} moves.
 *
 * @param explicit what the stack file says, if it says anything; never moved by the offset
 * @param defaultPort the port otherwise
 */
public record Listen(@Nullable Address explicit, int defaultPort) {
  public Listen {
    Require.between(1, defaultPort, 65535, "a port");
  }

  /** The default port. */
  static Listen on(int defaultPort) {
    return new Listen(null, defaultPort);
  }

  /** The address to bind. */
  public Address at(int portOffset) {
    return explicit != null ? explicit : new Address(Address.LOOPBACK, defaultPort + portOffset);
  }
}
