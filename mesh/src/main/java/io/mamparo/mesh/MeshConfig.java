package io.mamparo.mesh;

import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.outlier.OutlierConfig;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.wire.tls.ClientTls;
import io.mamparo.wire.tls.ServerTls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the mesh is to do. Immutable; {@link Mesh#apply} takes a new one as a whole.
 *
 * @param listeners where requests come in, each known by its id
 * @param services where requests can go, each known by its name
 * @param routes which of the ingress' requests go where; the first that matches wins
 * @param limits what keeps the mesh itself bounded
 */
public record MeshConfig(
    List<Listener> listeners, List<Service> services, List<Route> routes, Limits limits) {
  public MeshConfig {
    listeners = List.copyOf(listeners);
    services = List.copyOf(services);
    routes = List.copyOf(routes);
    Set<String> names = new HashSet<>();
    for (Service service : services) {
      require(names.add(service.name()), "service " + service.name() + " is declared twice");
    }
    Set<String> ids = new HashSet<>();
    for (Listener listener : listeners) {
      require(ids.add(listener.id()), "listener " + listener.id() + " is declared twice");
      require(
          !(listener.kind() instanceof Kind.Edge edge) || names.contains(edge.service()),
          "listener " + listener.id() + " leads to an unknown service");
    }
    for (Route route : routes) {
      for (Target target : route.to()) {
        require(
            names.contains(target.service()),
            "route " + route.id() + " leads to unknown service " + target.service());
      }
      RouteRules.Mirror mirror = route.rules().mirror();
      require(
          mirror == null || names.contains(mirror.service()),
          "route " + route.id() + " mirrors to an unknown service");
    }
  }

  /** Nothing to listen on and nowhere to go. */
  public static MeshConfig empty() {
    return new MeshConfig(List.of(), List.of(), List.of(), Limits.DEFAULT);
  }

  /**
   * A place where requests come in.
   *
   * @param id stays the same as long as the listener does
   * @param address where to listen; port 0 picks a free one, see {@link Mesh#port}
   * @param kind who calls through it
   * @param tls shows certificates to clients that encrypt; null when none may
   * @param plain whether connections that are not encrypted are served
   */
  public record Listener(
      String id, InetSocketAddress address, Kind kind, @Nullable ServerTls tls, boolean plain) {
    /** For connections that are not encrypted. */
    public Listener(String id, InetSocketAddress address, Kind kind) {
      this(id, address, kind, null, true);
    }
  }

  /** Who calls through a listener, and where its requests go. */
  public sealed interface Kind {
    /** Anybody, through the routes; recorded as caller {@code ingress} or {@code visitor}. */
    record Ingress() implements Kind {}

    /** One service that calls another. */
    record Edge(String caller, String service) implements Kind {}
  }

  /**
   * Somewhere requests can go.
   *
   * @param endpoints its replicas; an absent one drains, a new one is used at once
   * @param timeout from the request's head to the answer's head, over all tries
   * @param perTryTimeout of one try; null means what is left of the whole
   * @param concurrency requests in flight at most, from all callers together (the bulkhead)
   * @param retries when a request is tried again
   * @param breaker when calls from one caller are refused for a while; null means never
   * @param outliers when an endpoint is left out for a while; null means never
   * @param policy how its endpoints are chosen, who may call it, and what is broken on purpose
   * @param http2 whether its endpoints speak HTTP/2, without being asked unless they are encrypted
   */
  public record Service(
      String name,
      List<Endpoint> endpoints,
      Duration timeout,
      @Nullable Duration perTryTimeout,
      int concurrency,
      Retries retries,
      @Nullable BreakerConfig breaker,
      @Nullable OutlierConfig outliers,
      ServicePolicy policy,
      boolean http2) {
    /** One with the usual policy, that speaks HTTP/1.1. */
    public Service(
        String name,
        List<Endpoint> endpoints,
        Duration timeout,
        @Nullable Duration perTryTimeout,
        int concurrency,
        Retries retries,
        @Nullable BreakerConfig breaker,
        @Nullable OutlierConfig outliers) {
      this(
          name,
          endpoints,
          timeout,
          perTryTimeout,
          concurrency,
          retries,
          breaker,
          outliers,
          ServicePolicy.DEFAULT,
          false);
    }

    /** The same with another policy. */
    public Service with(ServicePolicy other) {
      return new Service(
          name,
          endpoints,
          timeout,
          perTryTimeout,
          concurrency,
          retries,
          breaker,
          outliers,
          other,
          http2);
    }

    /** The same, speaking HTTP/2 or not. */
    public Service withHttp2(boolean yes) {
      return new Service(
          name,
          endpoints,
          timeout,
          perTryTimeout,
          concurrency,
          retries,
          breaker,
          outliers,
          policy,
          yes);
    }

    public Service {
      endpoints = List.copyOf(endpoints);
      requirePositive(timeout, "timeout");
      require(concurrency > 0, "concurrency must be positive");
      if (perTryTimeout != null) {
        requirePositive(perTryTimeout, "perTryTimeout");
      }
      Set<String> ids = new HashSet<>();
      for (Endpoint endpoint : endpoints) {
        require(ids.add(endpoint.id()), "endpoint " + endpoint.id() + " is declared twice");
      }
    }

    /** A service with the defaults for everything else: 15 s, 256 in flight, 3 tries. */
    public static Service of(String name, List<Endpoint> endpoints) {
      return new Service(
          name,
          endpoints,
          Duration.ofSeconds(15),
          null,
          256,
          Retries.DEFAULT,
          BreakerConfig.defaults(),
          OutlierConfig.defaults().withMostEjected(0.5));
    }
  }

  /**
   * One replica.
   *
   * @param id stays the same as long as the replica does
   * @param host an address, or a name that is looked up for every new connection
   * @param healthy whether its health checks pass; others are used only in a panic
   * @param weight its share compared with the others', at least 1
   * @param version for display, such as a canary's; may be null
   * @param priority 0 is used first; others as far as those before them are not healthy enough
   * @param zone where it is; may be null
   * @param tls encrypts connections to it; null when they are not encrypted
   */
  public record Endpoint(
      String id,
      String host,
      int port,
      boolean healthy,
      int weight,
      @Nullable String version,
      int priority,
      @Nullable String zone,
      @Nullable ClientTls tls) {
    /** One of the first priority, nowhere in particular, reached without encryption. */
    public Endpoint(
        String id, String host, int port, boolean healthy, int weight, @Nullable String version) {
      this(id, host, port, healthy, weight, version, 0, null, null);
    }

    public Endpoint {
      require(priority >= 0 && priority < 16, "priority of endpoint " + id + " must be 0 to 15");
      require(port > 0 && port < 65536, "port " + port + " of endpoint " + id);
      require(weight > 0 && weight <= 1_000_000, "weight of endpoint " + id);
    }
  }

  /**
   * When a request is tried again, on another endpoint if there is one.
   *
   * @param budget how many retries there may be
   * @param attempts tries at most, with the first; 1 switches retries off
   * @param on what is tried again
   * @param methods that may be tried again although the service may have acted on them; so is any
   *     request with an {@code Idempotency-Key}. A refused connection is retried for all.
   * @param replayBytes of a body at most that are kept for another try
   * @param backoff before another try where no other endpoint is left, and before the third and
   *     later ones; doubles each time, with jitter
   */
  public record Retries(
      RetryBudgetConfig budget,
      int attempts,
      Set<RetryOn> on,
      Set<String> methods,
      int replayBytes,
      Duration backoff) {
    /** 20 %, three tries, everything that is safe, 64 KiB, 25 ms. */
    public static final Retries DEFAULT =
        new Retries(
            RetryBudgetConfig.defaults(),
            3,
            Set.of(
                RetryOn.CONNECT,
                RetryOn.RESET,
                RetryOn.TIMEOUT,
                RetryOn.BAD_GATEWAY,
                RetryOn.UNAVAILABLE,
                RetryOn.GATEWAY_TIMEOUT),
            Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE"),
            64 * 1024,
            Duration.ofMillis(25));

    public Retries {
      require(attempts >= 1 && attempts <= 10, "attempts must be 1 to 10");
      require(replayBytes >= 0 && replayBytes <= 16 << 20, "replayBytes is at most 16 MiB");
      require(!backoff.isNegative(), "backoff must not be negative");
      on = Set.copyOf(on);
      methods = Set.copyOf(methods);
    }
  }

  /** What can be tried again. */
  public enum RetryOn {
    /** The connection was refused or could not be made. */
    CONNECT,
    /** The connection broke before the first byte of the answer. */
    RESET,
    /** A try took longer than its time-out. */
    TIMEOUT,
    /** The answer was 502. */
    BAD_GATEWAY,
    /** The answer was 503. */
    UNAVAILABLE,
    /** The answer was 504. */
    GATEWAY_TIMEOUT,
    /** The answer was any other 5xx. */
    SERVER_ERROR,
    /** The answer was 429; tried again after its Retry-After. */
    TOO_MANY_REQUESTS
  }

  /**
   * A rule of the ingress.
   *
   * @param id what records call it
   * @param match which requests it is for
   * @param to services with their weights; may be empty only when it redirects
   * @param rules what else it does
   */
  public record Route(String id, RouteMatch match, List<Target> to, RouteRules rules) {
    public Route {
      to = List.copyOf(to);
      require(!to.isEmpty() || rules.redirect() != null, "route " + id + " leads nowhere");
      require(
          to.isEmpty() || to.stream().mapToLong(Target::weight).sum() > 0,
          "route " + id + " has no weight at all");
    }

    /** One that just leads somewhere. */
    public Route(
        String id,
        @Nullable String host,
        String path,
        Map<String, String> headers,
        List<Target> to) {
      this(id, RouteMatch.of(host, path, headers), to, RouteRules.NONE);
    }
  }

  /** A service and its share of a route's requests, compared with the other targets'. */
  public record Target(String service, int weight) {
    public Target {
      require(weight >= 0, "a weight must not be negative");
    }
  }

  /**
   * Bounds of the mesh itself.
   *
   * @param connections clients at once on each listener; more are turned away
   * @param headBytes of a request's or answer's head (431)
   * @param headers of a request or answer (431)
   * @param headTimeout for a request's head to arrive once begun (408)
   * @param idle how long a client's connection may be silent between requests
   * @param bodyIdle how long a body, or a client that does not read, may stand still
   * @param upstreamIdle how long an unused connection to an endpoint is kept; shorter than the
   *     shortest keep-alive that servers commonly have (5 s), so that they rarely close first
   * @param upstreamConnections to one endpoint from one loop at most
   * @param connectTimeout of a connection to an endpoint
   * @param tunnelIdle how long nothing may move on an upgraded connection
   */
  public record Limits(
      int connections,
      int headBytes,
      int headers,
      Duration headTimeout,
      Duration idle,
      Duration bodyIdle,
      Duration upstreamIdle,
      int upstreamConnections,
      Duration connectTimeout,
      Duration tunnelIdle) {
    /** 10,000 clients; 32 KiB and 100 fields; 10 s, 60 s, 60 s; 4 s; 1,024; 1 s; 1 h. */
    public static final Limits DEFAULT =
        new Limits(
            10_000,
            32 * 1024,
            100,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(4),
            1_024,
            Duration.ofSeconds(1),
            Duration.ofHours(1));

    /** With upgraded connections that may be silent for an hour. */
    public Limits(
        int connections,
        int headBytes,
        int headers,
        Duration headTimeout,
        Duration idle,
        Duration bodyIdle,
        Duration upstreamIdle,
        int upstreamConnections,
        Duration connectTimeout) {
      this(
          connections,
          headBytes,
          headers,
          headTimeout,
          idle,
          bodyIdle,
          upstreamIdle,
          upstreamConnections,
          connectTimeout,
          Duration.ofHours(1));
    }

    public Limits {
      require(connections > 0, "connections must be positive");
      require(headBytes >= 1024 && headBytes <= 1 << 20, "headBytes must be 1 KiB to 1 MiB");
      require(headers > 0 && headers <= 10_000, "headers must be 1 to 10000");
      require(upstreamConnections > 0, "upstreamConnections must be positive");
      requirePositive(headTimeout, "headTimeout");
      requirePositive(idle, "idle");
      requirePositive(bodyIdle, "bodyIdle");
      requirePositive(upstreamIdle, "upstreamIdle");
      requirePositive(connectTimeout, "connectTimeout");
      requirePositive(tunnelIdle, "tunnelIdle");
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static void requirePositive(Duration duration, String name) {
    require(duration.isPositive(), name + " must be positive");
  }
}
