package io.mamparo.mesh.defend;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.mesh.RouteRules;
import io.mamparo.resilience.rate.RateLimit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The limits of routes, which go on counting when the configuration changes. Changed by whoever
 * applies a configuration, one at a time.
 */
public final class RouteLimits {
  private record Known(RouteRules.Limit config, RateLimit limit) {}

  private final Map<String, Known> all = new ConcurrentHashMap<>();

  /** The limit of a route; the one that it had, if it is to be the same. */
  public RateLimit of(String route, RouteRules.Limit config) {
    Known known = all.get(route);
    if (known == null || !known.config().equals(config)) {
      known =
          new Known(config, new RateLimit(config.perSecond(), config.burst(), config.by() != null));
      all.put(route, known);
    }
    return known.limit();
  }

  /** Forgets those of routes that are gone. */
  public void keep(List<MeshConfig.Route> routes) {
    all.keySet().retainAll(routes.stream().map(MeshConfig.Route::id).collect(Collectors.toSet()));
  }

  /** How they stand. */
  public List<MeshSnapshot.RouteLimit> snapshot() {
    return all.entrySet().stream()
        .map(
            e ->
                new MeshSnapshot.RouteLimit(
                    e.getKey(), e.getValue().limit().refused(), e.getValue().limit().forgotten()))
        .toList();
  }
}
