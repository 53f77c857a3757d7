package io.mamparo.app.life;

import io.mamparo.app.plan.Edge;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Stack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Chooses the ports of edges, below the range from which the kernel takes ports for outgoing
 * connections, so that none of those is in the way at the next start. Stateless.
 */
final class EdgePorts {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 31_999;
  private static final int TRIES = 200;

  private EdgePorts() {}

  /**
   * The ports of a stack's edges: what is remembered stays, unless somebody else has taken it.
   *
   * @param held ports that this process listens on already
   */
  static Map<String, Integer> choose(
      Stack stack,
      Map<String, Integer> remembered,
      Map<String, Integer> held,
      RandomGenerator random) {
    Map<String, Integer> chosen = new LinkedHashMap<>();
    for (Edge edge : Edge.of(stack)) {
      Integer known = remembered.get(edge.id());
      boolean ours = known != null && known.equals(held.get(edge.id()));
      if (known != null && (ours || isFree(known)) && !chosen.containsValue(known)) {
        chosen.put(edge.id(), known);
      } else {
        chosen.put(edge.id(), free(chosen, held, random));
      }
    }
    return chosen;
  }

  private static int free(
      Map<String, Integer> chosen, Map<String, Integer> held, RandomGenerator random) {
    for (int i = 0; i < TRIES; i++) {
      int port = random.nextInt(LOWEST, HIGHEST + 1);
      if (!chosen.containsValue(port) && !held.containsValue(port) && isFree(port)) {
        return port;
      }
    }
    throw new Problem(
        "ports " + LOWEST + " to " + HIGHEST,
        "none of " + TRIES + " tried is free",
        "look at who listens on them with ss -ltnp");
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
