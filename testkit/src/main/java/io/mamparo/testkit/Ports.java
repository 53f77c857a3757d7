package io.mamparo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Free ports for tests. */
public final class Ports {
  /**
   * Below the ports that the kernel gives to outgoing connections (from 32,768 on, ip(7)): one of
   * those may be taken by a connection before the test listens on it.
   */
  private static final int FIRST = 15_000;

  private static final int COUNT = 15_000;

  /**
   * Every process begins elsewhere, and no process gives a port twice before all had their turn.
   */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

  private Ports() {}

  /** A TCP port that nobody listened on a moment ago, on the loopback interface. */
  public static int free() {
    for (int tried = 0; tried < COUNT; tried++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // The next one may be free.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException("no free port from " + FIRST + " on");
  }
}
