package io.mamparo.gameday.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.gameday.ControlPoint;
import io.mamparo.kernel.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Watches the running stack: breakers and replicas ten times a second through the control API,
 * databases every 50 ms at their own port. A virtual thread each; readers take copies.
 */
final class Observer implements AutoCloseable {
  private static final long OVERVIEW_MS = 100;
  private static final long DATABASE_MS = 50;
  private static final int MOST = 20_000;

  private final ControlPoint control;
  private final Stopwatch watch;
  private final Chronicle chronicle;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  /** Guarded by this. */
  private final Map<String, String> breakers = new TreeMap<>();

  private final Map<String, String> initial = new TreeMap<>();
  private final List<BreakerChange> changes = new ArrayList<>();
  private final Map<String, List<Double>> ready = new LinkedHashMap<>();
  private final Map<String, List<Evidence.Health>> health = new LinkedHashMap<>();

  Observer(ControlPoint control, Stopwatch watch, Chronicle chronicle) {
    this.control = control;
    this.watch = watch;
    this.chronicle = chronicle;
  }

  /** Begins to watch; {@code databases} are those an expectation is about. */
  void start(Set<String> databases) {
    threads.add(Thread.ofVirtual().name("gameday-overview").start(this::watchOverview));
    for (String database : databases) {
      String upstream = control.database(database).path("upstream").asText("");
      threads.add(
          Thread.ofVirtual()
              .name("gameday-" + database)
              .start(() -> watchDatabase(database, upstream)));
    }
  }

  private boolean pause(long millis) {
    try {
      return !closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void watchOverview() {
    do {
      try {
        note(control.overview());
      } catch (Problem e) {
        // One look that fails is no evidence of anything; the next one comes at once.
      }
    } while (pause(OVERVIEW_MS));
  }

  private synchronized void note(JsonNode overview) {
    double now = watch.seconds();
    for (JsonNode edge : overview.path("edges")) {
      String from = edge.path("from").asText();
      String to = edge.path("to").asText();
      String state = edge.path("breaker").asText("");
      String key = from + " " + to;
      String before = breakers.put(key, state);
      if (before == null) {
        initial.put(key, state);
      } else if (!before.equals(state) && changes.size() < MOST) {
        changes.add(new BreakerChange(now, from, to, state));
        chronicle.say("breaker from " + from + " to " + to + " is " + state);
      }
    }
    for (JsonNode node : overview.path("nodes")) {
      JsonNode replicas = node.path("replicas");
      if (replicas.isObject()) {
        note(node.path("name").asText(), replicas, now);
      }
    }
  }

  private void note(String service, JsonNode replicas, double now) {
    int desired = replicas.path("desired").asInt();
    int healthy = replicas.path("healthy").asInt();
    List<Evidence.Health> seen = health.computeIfAbsent(service, key -> new ArrayList<>());
    Evidence.Health last = seen.isEmpty() ? null : seen.getLast();
    if (last == null || last.desired() != desired || last.healthy() != healthy) {
      if (last != null) {
        chronicle.say(service + ": " + healthy + " of " + desired + " replicas healthy");
      }
      if (seen.size() < MOST) {
        seen.add(new Evidence.Health(now, desired, healthy));
      }
    }
  }

  private void watchDatabase(String database, String upstream) {
    boolean up = true;
    do {
      boolean now = DatabaseProbe.accepts(upstream);
      if (now && !up) {
        chronicle.say(database + " accepts connections");
        synchronized (this) {
          ready.computeIfAbsent(database, key -> new ArrayList<>()).add(watch.seconds());
        }
      } else if (!now && up) {
        chronicle.say(database + " accepts no connections");
      }
      up = now;
    } while (pause(DATABASE_MS));
  }

  synchronized List<BreakerChange> changes() {
    return List.copyOf(changes);
  }

  synchronized Map<String, String> initialBreakers() {
    return Map.copyOf(initial);
  }

  synchronized Map<String, List<Double>> databaseReady() {
    Map<String, List<Double>> copy = new LinkedHashMap<>();
    ready.forEach((key, list) -> copy.put(key, List.copyOf(list)));
    return copy;
  }

  synchronized Map<String, List<Evidence.Health>> serviceHealth() {
    Map<String, List<Evidence.Health>> copy = new LinkedHashMap<>();
    health.forEach((key, list) -> copy.put(key, List.copyOf(list)));
    return copy;
  }

  @Override
  public void close() {
    closed.countDown();
    for (Thread thread : threads) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
