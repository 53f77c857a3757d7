package io.mamparo.app.life;

import io.mamparo.app.plan.ComputePlan;
import io.mamparo.compute.HealthCheck;
import io.mamparo.compute.HttpCheck;
import io.mamparo.model.Address;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;

/**
 * Looks whether endpoints that live elsewhere answer: one virtual thread for each. Changed by the
 * life thread only; {@link #answers} is for any. An endpoint counts as answering until its checks
 * have failed as often as the stack file says.
 */
final class EndpointWatch implements AutoCloseable {
  private record Watched(Address address, String host, HealthCheck health, boolean tls) {}

  private final Supplier<SSLSocketFactory> tls;
  private final Runnable wake;
  private final Map<Watched, Thread> watchers = new HashMap<>();
  private final Map<String, Boolean> answers = new ConcurrentHashMap<>();

  /**
   * Watches nothing yet.
   *
   * @param tls encrypts connections to endpoints with https
   * @param wake called when an endpoint answers that did not, or the other way round
   */
  EndpointWatch(Supplier<SSLSocketFactory> tls, Runnable wake) {
    this.tls = tls;
    this.wake = wake;
  }

  /** Watches the endpoints of this stack, and no others. */
  void watch(Stack stack) {
    Map<Watched, Thread> next = new HashMap<>();
    for (ServiceSpec service : stack.services().values()) {
      if (service.source() instanceof Source.Endpoints elsewhere) {
        for (Source.Endpoint endpoint : elsewhere.endpoints()) {
          String host = endpoint.name() == null ? endpoint.address().toString() : endpoint.name();
          HealthCheck health = ComputePlan.health(service);
          Watched watched = new Watched(endpoint.address(), host, health, endpoint.tls());
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
    HealthCheck health = watched.health();
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

  private boolean works(Watched watched) {
    Address address = watched.address();
    InetSocketAddress to = new InetSocketAddress(address.host(), address.port());
    HealthCheck health = watched.health();
    SSLSocketFactory with = watched.tls() ? tls.get() : null;
    return HttpCheck.ask(to, watched.host(), health, health.timeout(), with) == null;
  }

  @Override
  public void close() {
    watchers.values().forEach(Thread::interrupt);
    watchers.clear();
  }
}
