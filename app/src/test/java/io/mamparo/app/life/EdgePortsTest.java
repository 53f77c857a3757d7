package io.mamparo.app.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.app.Stacks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EdgePortsTest {
  private static final String EDGE = "bookings>cars";

  private static Map<String, Integer> choose(
      Map<String, Integer> remembered, Map<String, Integer> held) {
    return EdgePorts.choose(Stacks.of(Stacks.CARS), remembered, held, new Random(1));
  }

  @Test
  void newEdge_isGivenAFreePortBelowTheEphemeralOnes() {
    Map<String, Integer> ports = choose(Map.of(), Map.of());
    assertEquals(java.util.Set.of(EDGE), ports.keySet());
    int port = ports.getOrDefault(EDGE, 0);
    assertTrue(port >= 20_000 && port < 32_000, "port " + port);
  }

  @Test
  void rememberedPort_stays() {
    Map<String, Integer> first = choose(Map.of(), Map.of());
    assertEquals(first, choose(first, Map.of()));
  }

  @Test
  void rememberedPort_staysWhileWeListenOnItOurselves() throws IOException {
    try (ServerSocket ours = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, Integer> known = Map.of(EDGE, ours.getLocalPort());
      assertEquals(known, choose(known, known));
    }
  }

  @Test
  void rememberedPort_isGivenUpWhenSomebodyElseTookIt() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, Integer> known = Map.of(EDGE, other.getLocalPort());
      assertNotEquals(known, choose(known, Map.of()));
    }
  }

  @Test
  void portsOfEdgesThatAreGone_areForgotten() {
    assertFalse(choose(Map.of("a>b", 20_001), Map.of()).containsKey("a>b"));
  }
}
