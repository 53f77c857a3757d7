package io.mamparo.mesh;

import io.mamparo.resilience.breaker.BreakerSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the mesh looked like a moment ago. Immutable; counters only ever grow.
 *
 * @param listeners one for each listener
 * @param edges one for each caller and service between which a request has gone
 * @param services one for each service
 */
public record MeshSnapshot(List<Listener> listeners, List<Edge> edges, List<Service> services) {
  public MeshSnapshot {
    listeners = List.copyOf(listeners);
    edges = List.copyOf(edges);
    services = List.copyOf(services);
  }

  /**
   * A listener.
   *
   * @param connections clients connected now
   * @param turnedAway clients turned away since the start because there were too many
   */
  public record Listener(String id, int port, int connections, long turnedAway) {}

  /**
   * Calls from one caller to one service.
   *
   * @param inFlight requests under way
   * @param requests ended since the start
   * @param breaker null when the service has none
   * @param retryBudget retries that the last seconds' requests still allow
   * @param retries tried again since the start
   * @param retriesRefused not tried again since the start because the budget was spent
   */
  public record Edge(
      String caller,
      String service,
      long inFlight,
      long requests,
      @Nullable BreakerSnapshot breaker,
      double retryBudget,
      long retries,
      long retriesRefused) {}

  /**
   * A service.
   *
   * @param inFlight requests under way, from all callers
   * @param concurrency how many there may be
   * @param bulkheadRefused refused since the start
   */
  public record Service(
      String name, int inFlight, int concurrency, long bulkheadRefused, List<Endpoint> endpoints) {
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
