package io.mamparo.compute;

import io.mamparo.kernel.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Finds free ports below those the kernel gives to outgoing connections, and does not give one
 * twice within a minute. Safe for use by several threads.
 */
final class PortAllocator {
  private static final int LOWEST = 20_000;
  private static final int SPAN = 10_000;
  private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final long REST = Duration.ofMinutes(1).toNanos();

  private final Clock clock;
  private final Map<Integer, Long> taken = new HashMap<>();
  private final int span;
  private int next;

  PortAllocator(Clock clock, RandomGenerator random) {
    this.clock = clock;
    span = Math.max(1_000, Math.min(SPAN, firstEphemeral() - LOWEST));
    next = random.nextInt(span);
  }

  private static int firstEphemeral() {
    try {
      return Integer.parseInt(Files.readString(RANGE).strip().split("\\s+")[0]);
    } catch (IOException | NumberFormatException e) {
      return LOWEST + SPAN;
    }
  }

  /** A port nobody listens on and nobody was given lately; empty when there is none. */
  synchronized OptionalInt take() {
    long now = clock.nanos();
    taken.values().removeIf(since -> now - since > REST);
    for (int i = 0; i < span; i++) {
      int port = LOWEST + next;
      next = (next + 1) % span;
      if (!taken.containsKey(port) && free(port)) {
        taken.put(port, now);
        return OptionalInt.of(port);
      }
    }
    return OptionalInt.empty();
  }

  /** Whether a program could listen on the port, on any address. */
  static boolean free(int port) {
    // Bound but never listening, so that nobody can connect to it by accident.
    try (SocketChannel probe = SocketChannel.open()) {
      probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      probe.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
