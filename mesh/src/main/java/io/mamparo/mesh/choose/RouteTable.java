package io.mamparo.mesh.choose;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.wire.http.RequestHead;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ingress' routes; the first that matches wins. Immutable. */
public final class RouteTable {
  private final Route[] routes;

  /**
   * A table.
   *
   * @param services the index of each service that routes may lead to
   */
  public RouteTable(List<MeshConfig.Route> routes, Map<String, Integer> services) {
    this.routes = routes.stream().map(r -> new Route(r, services)).toArray(Route[]::new);
  }

  /** The route for a request, or null. */
  public @Nullable Route match(RequestHead head) {
    for (Route route : routes) {
      if (route.matches(head)) {
        return route;
      }
    }
    return null;
  }

  /** How many there are. */
  public int size() {
    return routes.length;
  }

  /** The i-th. */
  public Route route(int i) {
    return routes[i];
  }
}
