package io.mamparo.app.life;

import io.mamparo.compute.DatabaseStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.model.Stack;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is desired and what is observed, at one moment. Immutable.
 *
 * @param stack what is desired
 * @param databases by name
 * @param services those that run as processes, also some that are on their way out
 * @param endpoints whether those that live elsewhere answer, by address
 * @param edgePorts the port of each edge by its id
 * @param problem why the last change could not be carried out; null when it could
 */
public record Observed(
    Stack stack,
    Map<String, DatabaseStatus> databases,
    List<ServiceStatus> services,
    Map<String, Boolean> endpoints,
    MeshSnapshot mesh,
    ProxySnapshot proxy,
    Map<String, Integer> edgePorts,
    int portOffset,
    @Nullable String problem) {
  public Observed {
    databases = Map.copyOf(databases);
    services = List.copyOf(services);
    edgePorts = Map.copyOf(edgePorts);
    endpoints = Map.copyOf(endpoints);
  }
}
