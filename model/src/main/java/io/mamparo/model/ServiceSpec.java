package io.mamparo.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service of the stack.
 *
 * @param source what runs it, or where it lives
 * @param replicas how many; for {@link Source.Endpoints} as many as there are endpoints
 * @param env set for every replica, beside the variables Mamparo gives
 * @param port the port the program insists on; otherwise each replica is given a free one as PORT
 * @param database the database it uses, if any
 * @param calls services it calls through the mesh
 * @param guards what protects it and its callers
 * @param stopGrace from SIGTERM to SIGKILL
 * @param traffic how requests reach its replicas, and whose
 */
public record ServiceSpec(
    String name,
    Source source,
    int replicas,
    Map<String, Template> env,
    @Nullable Integer port,
    HealthSpec health,
    @Nullable DatabaseUse database,
    List<String> calls,
    Guards guards,
    SloSpec slo,
    RestartSpec restart,
    Duration stopGrace,
    TrafficSpec traffic) {
  public ServiceSpec {
    Require.serviceName(name);
    Require.between(0, replicas, 1_000, "replicas");
    env = Require.ordered(env);
    calls = List.copyOf(calls);
    if (port != null) {
      Require.between(1, port, 65535, "port");
      Require.that(
          replicas <= 1 || !(source instanceof Source.Run),
          "port must be left out when a process has more than one replica");
    }
    Require.that(!stopGrace.isNegative(), "stop-grace must not be negative");
    Require.that(
        !health.grpc() || traffic.protocol() == TrafficSpec.Protocol.H2,
        "health: grpc has a meaning with protocol: h2 only");
  }

  /**
   * The database a service uses; its pool at the proxy is a bulkhead of its own.
   *
   * @param connections server connections at most, or its share of the database's {@code
   *     connections}; absent means {@code proxy.pools.max}
   * @param max server connections at most, with borrowed ones; absent means {@code connections}
   * @param min server connections that are kept open; absent means {@code proxy.pools.min}
   * @param mode for how long a client keeps a connection; absent means the database's
   */
  public record DatabaseUse(
      String name,
      @Nullable Integer connections,
      @Nullable Integer max,
      @Nullable Integer min,
      @Nullable PoolMode mode) {
    public DatabaseUse {
      Require.databaseName(name);
      if (connections != null) {
        Require.between(1, connections, 10_000, "connections");
      }
      if (max != null && connections != null) {
        Require.that(max >= connections, "max must be at least connections");
      }
      if (max != null && min != null) {
        Require.that(min <= max, "min must be at most max");
      }
    }

    /** With what holds for all pools. */
    public static DatabaseUse of(String name) {
      return new DatabaseUse(name, null, null, null, null);
    }
  }

  /** The same from elsewhere. */
  public ServiceSpec with(Source other) {
    return new ServiceSpec(
        name, other, replicas, env, port, health, database, calls, guards, slo, restart, stopGrace,
        traffic);
  }

  /** The pool's size, which is the service's own or the default of all pools. */
  public int connections(ProxySpec proxy) {
    Integer own = database == null ? null : database.connections();
    return own == null ? proxy.pools().max() : own;
  }
}
