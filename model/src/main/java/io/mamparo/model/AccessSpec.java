package io.mamparo.model;

import java.util.List;

/**
 * One rule about who may come in through the database proxy. Empty lists fit anything.
 *
 * @param then what it decides
 * @param databases that are asked for
 * @param users that are logged in as
 * @param services that the log-in is made for, or names in the client's certificate; {@code people}
 *     is a log-in of no service
 * @param networks addresses and networks of clients
 * @param over what kind of connection it fits
 */
public record AccessSpec(
    Then then,
    List<String> databases,
    List<String> users,
    List<String> services,
    List<String> networks,
    Over over) {
  public AccessSpec {
    databases = List.copyOf(databases);
    users = List.copyOf(users);
    services = List.copyOf(services);
    networks = List.copyOf(networks);
  }

  /** What a rule decides. */
  public enum Then {
    ALLOW,
    DENY
  }

  /** Kinds of connections. */
  public enum Over {
    ANY,
    TLS
  }
}
