package io.mamparo.app.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.app.Stacks;
import io.mamparo.app.life.EndpointNames.Answer;
import io.mamparo.app.life.EndpointNames.Place;
import io.mamparo.model.Address;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import io.mamparo.testkit.Await;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Names of endpoints, asked of a name server under the test's control. */
class EndpointNamesIT {
  private static final int A = 1;
  private static final int SRV = 33;

  /** Answers what it was told; everything else does not exist. */
  private static final class NameServer implements AutoCloseable {
    private final DatagramSocket socket;
    private final Map<String, List<byte[]>> records = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int ttl = 30;

    NameServer() throws IOException {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::serve);
    }

    Dns client() {
      return new Dns(
          new SingletonDnsServerAddressStreamProvider(
              new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort())));
    }

    void address(String name, String... addresses) throws IOException {
      List<byte[]> all = new java.util.ArrayList<>();
      for (String address : addresses) {
        all.add(InetAddress.getByName(address).getAddress());
      }
      records.put(name + " " + A, all);
    }

    static byte[] srv(int priority, int weight, int port, String target) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeShort(priority);
      out.writeShort(weight);
      out.writeShort(port);
      for (String label : target.split("\\.", -1)) {
        out.writeByte(label.length());
        out.writeBytes(label);
      }
      out.writeByte(0);
      return bytes.toByteArray();
    }

    private void serve() {
      byte[] buffer = new byte[1500];
      while (!socket.isClosed()) {
        try {
          DatagramPacket in = new DatagramPacket(buffer, buffer.length);
          socket.receive(in);
          byte[] out = answer(buffer);
          socket.send(new DatagramPacket(out, out.length, in.getSocketAddress()));
        } catch (IOException e) {
          return;
        }
      }
    }

    private byte[] answer(byte[] q) throws IOException {
      asked.incrementAndGet();
      StringBuilder name = new StringBuilder();
      int at = 12;
      while (q[at] != 0) {
        name.append(name.isEmpty() ? "" : ".")
            .append(new String(q, at + 1, q[at], StandardCharsets.US_ASCII));
        at += q[at] + 1;
      }
      int type = (q[at + 1] & 0xff) << 8 | (q[at + 2] & 0xff);
      List<byte[]> found = records.getOrDefault(name + " " + type, List.of());
      boolean known = records.keySet().stream().anyMatch(k -> k.startsWith(name + " "));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.write(q, 0, 2);
      out.writeShort(known ? 0x8180 : 0x8183);
      out.writeShort(1);
      out.writeShort(found.size());
      out.writeInt(0);
      out.write(q, 12, at + 5 - 12);
      for (byte[] data : found) {
        out.writeShort(0xc00c);
        out.writeShort(type);
        out.writeShort(1);
        out.writeInt(ttl);
        out.writeShort(data.length);
        out.write(data);
      }
      return bytes.toByteArray();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static Stack stack(String url) {
    return Stacks.of("stack: s\nservices: {far: {endpoints: [\"" + url + "\"]}}\n");
  }

  private static ServiceSpec far(Stack stack) {
    return Objects.requireNonNull(stack.services().get("far"));
  }

  private static List<String> endpoints(Stack stack) {
    return far(stack).source() instanceof Source.Endpoints all
        ? all.endpoints().stream()
            .map(e -> e.address() + " " + e.weight() + " " + e.priority())
            .toList()
        : List.of();
  }

  @Test
  void find_givesEveryAddress_andHowLongTheyHold() throws Exception {
    try (NameServer server = new NameServer();
        Dns dns = server.client()) {
      server.address("cars.test", "10.0.0.1", "10.0.0.2");
      Answer answer = dns.find(new Address("cars.test", 8001), false);
      assertEquals(
          List.of(
              new Place(new Address("10.0.0.1", 8001), 1, 0),
              new Place(new Address("10.0.0.2", 8001), 1, 0)),
          answer.places());
      assertEquals(Duration.ofSeconds(30), answer.ttl());
      assertThrows(IOException.class, () -> dns.find(new Address("none.test", 1), false));
    }
  }

  @Test
  void find_givesPortsWeightsAndPrioritiesOfAService() throws Exception {
    try (NameServer server = new NameServer();
        Dns dns = server.client()) {
      server.address("a.test", "10.0.0.1");
      server.address("b.test", "10.0.0.2");
      server.records.put(
          "_cars._tcp.test " + SRV,
          List.of(NameServer.srv(10, 5, 9001, "a.test"), NameServer.srv(20, 0, 9002, "b.test")));
      Answer answer = dns.find(new Address("_cars._tcp.test", 80), true);
      assertEquals(
          List.of(
              new Place(new Address("10.0.0.1", 9001), 5, 0),
              new Place(new Address("10.0.0.2", 9002), 1, 1)),
          answer.places());
    }
  }

  @Test
  void follow_replacesANameByItsAddresses_asTheyChange_andKeepsThemWhenTheServerIsGone()
      throws Exception {
    NameServer server = new NameServer();
    server.ttl = 0;
    server.address("cars.test", "10.0.0.1");
    AtomicInteger woken = new AtomicInteger();
    Stack stack = stack("http://cars.test:8001");
    try (server;
        EndpointNames names = new EndpointNames(server.client(), woken::incrementAndGet)) {
      assertEquals(List.of("cars.test:8001 1 0"), endpoints(names.found(stack)));
      names.follow(stack);
      Await.until(
          "the address",
          Duration.ofSeconds(20),
          () -> endpoints(names.found(stack)).equals(List.of("10.0.0.1:8001 1 0")));
      server.address("cars.test", "10.0.0.1", "10.0.0.3");
      Await.until(
          "the other address",
          Duration.ofSeconds(20),
          () -> endpoints(names.found(stack)).size() == 2);
      Await.until("woken after it", Duration.ofSeconds(20), () -> woken.get() >= 2);
      assertEquals(2, woken.get());
      assertEquals(
          Map.of("10.0.0.1:8001", false, "10.0.0.3:8001", true, "cars.test:8001", true),
          names.answers(Map.of("10.0.0.1:8001", false, "10.0.0.3:8001", true)));
      int before = server.asked.get();
      server.records.clear();
      Await.until("asked again", Duration.ofSeconds(20), () -> server.asked.get() > before + 1);
      assertEquals(2, endpoints(names.found(stack)).size(), "the last answer holds");
    }
  }

  @Test
  void literalAddresses_areNotLookedUp() {
    assertTrue(endpoints(stack("http://10.0.0.1:80")).contains("10.0.0.1:80 1 0"));
    Source.Endpoints all = (Source.Endpoints) far(stack("http://10.0.0.1:80")).source();
    assertTrue(all.endpoints().stream().noneMatch(Source.Endpoint::named));
  }
}
