package io.mamparo.mesh;

import io.mamparo.resilience.breaker.BreakerSnapshot;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the mesh looked like a moment ago. Immutable; counters only ever grow.
 *
 * @param listeners one for each listener
 * @param edges one for each caller and service between which a request has gone
 * @param services one for each service
 * @param limits one for each route with a limit
 */
public record MeshSnapshot(
    List<Listener> listeners, List<Edge> edges, List<Service> services, List<RouteLimit> limits) {
  public MeshSnapshot {
    limits = List.copyOf(limits);
    listeners = List.copyOf(listeners);
    edges = List.copyOf(edges);
    services = List.copyOf(services);
  }

  /**
   * A route's limit.
   *
   * @param refused requests answered 429 since the start
   * @param forgotten keys whose count was given up because there were too many at once
   */
  public record RouteLimit(String route, long refused, long forgotten) {}

  /**
   * A listener.
   *
   * @param connections clients connected now
   * @param turnedAway clients turned away since the start because there were too many
   * @param limited how often clients ran into each other limit since the start
   */
  public record Listener(
      String id, int port, int connections, long turnedAway, Map<ListenerLimit, Long> limited) {
    public Listener {
      limited = Map.copyOf(limited);
    }
  }

  /**
   * Calls from one caller to one service.
   *
   * @param inFlight requests under way
   * @param requests ended since the start
   * @param breaker null when the service has none
   * @param retryBudget retries that the last seconds' requests still allow
   * @param retries tried again since the start
   * @param retriesRefused not tried again since the start because the budget was spent
   * @param denied refused since the start because no rule allows them
   * @param wouldDeny let through since the start although no rule allows them, for a dry run
   * @param reconnects sent again since the start because a kept connection was just being closed
   * @param hedges second tries of requests that were slow
   */
  public record Edge(
      String caller,
      String service,
      long inFlight,
      long requests,
      @Nullable BreakerSnapshot breaker,
      double retryBudget,
      long retries,
      long retriesRefused,
      long denied,
      long wouldDeny,
      long reconnects,
      Hedges hedges) {}

  /**
   * Hedges of one edge.
   *
   * @param sent since the start
   * @param won brought the answer, since the start
   * @param budget hedges that the last seconds' requests still allow
   * @param suppressed requests since the start that were slow enough and not hedged, by cause
   */
  public record Hedges(long sent, long won, double budget, Map<Unhedged, Long> suppressed) {
    public Hedges {
      suppressed = Map.copyOf(suppressed);
    }
  }

  /**
   * A service.
   *
   * @param inFlight requests under way, from all callers
   * @param concurrency how many there may be
   * @param bulkheadRefused refused since the start
   * @param mirrored copies of other services' requests that were sent to it since the start
   * @param mirrorLeftOut copies that were not, to bound them
   */
  public record Service(
      String name,
      int inFlight,
      int concurrency,
      long bulkheadRefused,
      long mirrored,
      long mirrorLeftOut,
      List<Endpoint> endpoints) {
    public Service {
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * An endpoint.
   *
   * @param ejected left out because it failed more than the others
   * @param inFlight tries under way
   * @param connections open, idle ones included
   */
  public record Endpoint(
      String id,
      boolean healthy,
      boolean ejected,
      long inFlight,
      long connections,
      @Nullable String version) {}
}
