package io.mamparo.app.life;

import io.mamparo.model.Address;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps looking up the names of endpoints that live elsewhere, so that each address behind a name
 * is an endpoint of its own: one virtual thread for each name. Changed by the life thread only;
 * {@link #found} is for any.
 *
 * <p>A name is looked up again when its answer has expired, at the earliest after a second and at
 * the latest after five minutes. When a look-up fails, the last answer holds and the next attempt
 * follows in five seconds: a name server that is down takes no service with it.
 */
final class EndpointNames implements AutoCloseable {
  /** Addresses behind one name; more are left out. */
  static final int MOST = 256;

  private static final Logger LOG = System.getLogger(EndpointNames.class.getName());
  private static final Duration SOONEST = Duration.ofSeconds(1);
  private static final Duration LATEST = Duration.ofMinutes(5);
  private static final Duration AGAIN = Duration.ofSeconds(5);

  /** Looks names up. */
  interface Lookup extends AutoCloseable {
    /**
     * What is behind a name; blocks.
     *
     * @param service whether it names a service (SRV) and not a host
     * @throws java.io.IOException when there is no answer
     */
    Answer find(Address name, boolean service) throws java.io.IOException, InterruptedException;

    @Override
    void close();
  }

  /**
   * An answer.
   *
   * @param places never empty
   * @param ttl how long it holds
   */
  record Answer(List<Place> places, Duration ttl) {
    Answer {
      places = List.copyOf(places);
    }
  }

  /**
   * One address.
   *
   * @param weight compared with the others'
   * @param priority 0 is used first
   */
  record Place(Address address, int weight, int priority) {}

  private final Lookup lookup;
  private final Runnable wake;
  private final Map<Source.Endpoint, Thread> watchers = new HashMap<>();
  private final Map<Source.Endpoint, List<Place>> found = new ConcurrentHashMap<>();

  EndpointNames(Lookup lookup, Runnable wake) {
    this.lookup = lookup;
    this.wake = wake;
  }

  /** Follows the names of this stack, and no others. */
  void follow(Stack stack) {
    Map<Source.Endpoint, Thread> next = new HashMap<>();
    for (ServiceSpec service : stack.services().values()) {
      if (service.source() instanceof Source.Endpoints elsewhere) {
        for (Source.Endpoint endpoint : elsewhere.endpoints()) {
          // A certificate is made for a name, so the name stays where one has to be verified.
          if (endpoint.named() && (!endpoint.tls() || endpoint.srv())) {
            Thread known = watchers.remove(endpoint);
            next.put(endpoint, known != null ? known : start(endpoint));
          }
        }
      }
    }
    watchers.values().forEach(Thread::interrupt);
    watchers.clear();
    watchers.putAll(next);
    found.keySet().retainAll(next.keySet());
  }

  /**
   * The stack with the addresses that are known in the place of names. A name that was not found
   * yet stays, and is looked up for each connection.
   */
  Stack found(Stack stack) {
    if (found.isEmpty()) {
      return stack;
    }
    Map<String, ServiceSpec> services = new java.util.LinkedHashMap<>();
    stack.services().forEach((name, service) -> services.put(name, found(service)));
    return stack.with(services);
  }

  private ServiceSpec found(ServiceSpec service) {
    if (!(service.source() instanceof Source.Endpoints elsewhere)) {
      return service;
    }
    List<Source.Endpoint> all = new ArrayList<>();
    for (Source.Endpoint endpoint : elsewhere.endpoints()) {
      List<Place> places = found.get(endpoint);
      if (places == null) {
        all.add(endpoint);
      } else {
        places.forEach(
            place -> all.add(endpoint.at(place.address(), place.weight(), place.priority())));
      }
    }
    return service.with(new Source.Endpoints(all));
  }

  /** What was seen of addresses, and with it of the names they stand behind. */
  Map<String, Boolean> answers(Map<String, Boolean> byAddress) {
    Map<String, Boolean> all = new HashMap<>(byAddress);
    for (Source.Endpoint endpoint : found.keySet()) {
      List<Place> places = found.getOrDefault(endpoint, List.of());
      if (places.stream().anyMatch(p -> byAddress.containsKey(p.address().toString()))) {
        all.put(
            endpoint.address().toString(),
            places.stream()
                .anyMatch(p -> Boolean.TRUE.equals(byAddress.get(p.address().toString()))));
      }
    }
    return all;
  }

  private Thread start(Source.Endpoint endpoint) {
    return Thread.ofVirtual().name("name " + endpoint.address()).start(() -> run(endpoint));
  }

  private void run(Source.Endpoint endpoint) {
    boolean failed = false;
    try {
      while (true) {
        Duration pause = AGAIN;
        try {
          Answer answer = lookup.find(endpoint.address(), endpoint.srv());
          pause = clamp(answer.ttl());
          failed = false;
          publish(endpoint, answer.places());
        } catch (java.io.IOException | RuntimeException e) {
          if (!failed) {
            LOG.log(
                Level.WARNING,
                endpoint
                    + ": the name is not found ("
                    + e.getMessage()
                    + "); the last answer holds. Look at the name server.");
          }
          failed = true;
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration clamp(Duration ttl) {
    if (ttl.compareTo(SOONEST) < 0) {
      return SOONEST;
    }
    return ttl.compareTo(LATEST) > 0 ? LATEST : ttl;
  }

  private void publish(Source.Endpoint endpoint, List<Place> places) {
    List<Place> sorted =
        places.stream()
            .distinct()
            .sorted(java.util.Comparator.comparing(place -> place.address().toString()))
            .limit(MOST)
            .toList();
    if (!Thread.currentThread().isInterrupted() && !sorted.equals(found.put(endpoint, sorted))) {
      LOG.log(Level.INFO, endpoint + " is " + sorted.size() + " endpoints");
      wake.run();
    }
  }

  @Override
  public void close() {
    watchers.values().forEach(Thread::interrupt);
    watchers.clear();
    lookup.close();
  }
}
