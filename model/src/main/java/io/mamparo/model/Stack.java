package io.mamparo.model;

import java.util.List;
import java.util.Map;

/**
 * The desired state: everything a stack file says, with the defaults filled in. Equal when nothing
 * has to be changed.
 *
 * @param databases by name, in the order of the file
 * @param services by name, in the order of the file
 * @param routes in the order of the file, which is the order they are tried in
 */
public record Stack(
    String name,
    Map<String, DatabaseSpec> databases,
    ProxySpec proxy,
    IngressSpec ingress,
    Map<String, ServiceSpec> services,
    List<RouteSpec> routes,
    VisitorSpec visitors,
    TelemetrySpec telemetry,
    ConsoleSpec console,
    MeshSpec mesh) {
  public Stack {
    Require.serviceName(name);
    databases = Require.ordered(databases);
    services = Require.ordered(services);
    routes = List.copyOf(routes);
  }

  /** The same with other services. */
  public Stack with(Map<String, ServiceSpec> others) {
    return new Stack(
        name, databases, proxy, ingress, others, routes, visitors, telemetry, console, mesh);
  }

  /** For how long clients of a database keep a connection, unless their service says so itself. */
  public PoolMode mode(DatabaseSpec database) {
    PoolMode own = database.servers().mode();
    return own == null ? proxy.pools().mode() : own;
  }
}
