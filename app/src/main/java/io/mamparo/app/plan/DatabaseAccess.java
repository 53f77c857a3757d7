package io.mamparo.app.plan;

import io.mamparo.compute.Login;
import io.mamparo.model.Address;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a database is reached: its server and the logins at it. Immutable; holds secrets.
 *
 * @param name the resource's name, which is what clients of the proxy ask for
 * @param port of the first server; 0 while it is not known
 * @param servers all of them, when there are several
 * @param dbname its name on the server
 * @param person the login of people
 * @param services the logins of services, by service
 * @param upstream with which the proxy logs in for everybody; null when each login is a role of the
 *     server
 */
public record DatabaseAccess(
    String name,
    String host,
    int port,
    List<Address> servers,
    String dbname,
    Login person,
    Map<String, Login> services,
    @Nullable Login upstream) {
  public DatabaseAccess {
    services = Map.copyOf(services);
    servers = List.copyOf(servers);
  }
}
