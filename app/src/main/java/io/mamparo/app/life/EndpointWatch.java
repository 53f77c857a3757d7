package io.mamparo.app.life;

import io.mamparo.model.Address;
import io.mamparo.model.HealthSpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks whether endpoints that live elsewhere answer: one virtual thread for each. Changed by the
 * life thread only; {@link #answers} is for any. An endpoint counts as answering until its checks
 * have failed as often as the stack file says.
 */
final class EndpointWatch implements AutoCloseable {
  private record Watched(Address address, String host, HealthSpec health) {}

  private final Runnable wake;
  private final Map<Watched, Thread> watchers = new HashMap<>();
  private final Map<String, Boolean> answers = new ConcurrentHashMap<>();

  EndpointWatch(Runnable wake) {
    this.wake = wake;
  }

  /** Watches the endpoints of this stack, and no others. */
  void watch(Stack stack) {
    Map<Watched, Thread> next = new HashMap<>();
    for (ServiceSpec service : stack.services().values()) {
      if (service.source() instanceof Source.Endpoints elsewhere) {
        for (Source.Endpoint endpoint : elsewhere.endpoints()) {
          String host = endpoint.name() == null ? endpoint.address().toString() : endpoint.name();
          Watched watched = new Watched(endpoint.address(), host, service.health());
          Thread known = watchers.remove(watched);
          next.put(watched, known != null ? known : start(watched));
        }
      }
    }
    watchers.values().forEach(Thread::interrupt);
    watchers.clear();
    watchers.putAll(next);
    answers
        .keySet()
        .removeIf(a -> next.keySet().stream().noneMatch(w -> w.address().toString().equals(a)));
  }

  /** Whether each answers, by address; one that was not looked at yet is not in it. */
  Map<String, Boolean> answers() {
    return Map.copyOf(answers);
  }

  private Thread start(Watched watched) {
    return Thread.ofVirtual().name("watch " + watched.address()).start(() -> run(watched));
  }

  private void run(Watched watched) {
    int failures = 0;
    int successes = 0;
    HealthSpec health = watched.health();
    try {
      while (true) {
        boolean works = works(watched);
        failures = works ? 0 : failures + 1;
        successes = works ? successes + 1 : 0;
        if (works && successes >= health.healthyAfter()) {
          publish(watched, true);
        } else if (!works && failures >= health.unhealthyAfter()) {
          publish(watched, false);
        }
        Thread.sleep(health.interval());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(Watched watched, boolean works) {
    Boolean before = answers.put(watched.address().toString(), works);
    if (before == null || before != works) {
      wake.run();
    }
  }

  private static boolean works(Watched watched) {
    Address address = watched.address();
    int timeout = (int) Math.max(1, watched.health().timeout().toMillis());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), timeout);
      String path = watched.health().path();
      if (path == null) {
        return true;
      }
      socket.setSoTimeout(timeout);
      OutputStream out = socket.getOutputStream();
      String request =
          "GET " + path + " HTTP/1.1\r\nHost: " + watched.host() + "\r\nConnection: close\r\n\r\n";
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();
      String line = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
      return line.matches("HTTP/1\\.[01] [23]\\d\\d");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    watchers.values().forEach(Thread::interrupt);
    watchers.clear();
  }
}
