package io.mamparo.app.plan;

import io.mamparo.compute.HealthCheck;
import io.mamparo.compute.LogPolicy;
import io.mamparo.compute.Login;
import io.mamparo.compute.ProcessSpec;
import io.mamparo.compute.RestartPolicy;
import io.mamparo.compute.ServicePlan;
import io.mamparo.model.Address;
import io.mamparo.model.HealthSpec;
import io.mamparo.model.ReplicaContext;
import io.mamparo.model.RestartSpec;
import io.mamparo.model.Secret;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import io.mamparo.model.Template;
import io.mamparo.model.TlsSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stack, logins and ports to what compute runs. Stateless. */
public final class ComputePlan {
  /** Marks a database among the names that a service starts after. */
  public static final String DATABASE = "database.";

  private ComputePlan() {}

  /**
   * What surrounds the services.
   *
   * @param accesses of each database
   * @param edgePorts the port of each edge by its id
   * @param proxy where services reach their databases
   * @param path the PATH of services
   * @param proxySecured whether connections to the proxy must be encrypted; those of services on
   *     this machine otherwise are not, for nobody else could read them
   */
  public record Surroundings(
      Map<String, DatabaseAccess> accesses,
      Map<String, Integer> edgePorts,
      Address proxy,
      String path,
      boolean proxySecured) {
    public Surroundings {
      accesses = Map.copyOf(accesses);
      edgePorts = Map.copyOf(edgePorts);
    }
  }

  /** One plan for each service that runs as processes. */
  public static List<ServicePlan> of(Stack stack, Surroundings around) {
    List<ServicePlan> plans = new ArrayList<>();
    for (ServiceSpec service : stack.services().values()) {
      if (service.source() instanceof Source.Run run) {
        plans.add(plan(service, run, around, stack));
      }
    }
    return plans;
  }

  private static ServicePlan plan(
      ServiceSpec service, Source.Run run, Surroundings around, Stack stack) {
    return new ServicePlan(
        service.name(),
        service.replicas(),
        service.port(),
        (replica, port) -> process(service, run, around, replica, port),
        health(service),
        restart(service.restart()),
        service.stopGrace(),
        LogPolicy.DEFAULT,
        after(service, stack));
  }

  /** What it calls and its database, but not what calls it back: a circle starts at once. */
  private static Set<String> after(ServiceSpec service, Stack stack) {
    Set<String> after = new HashSet<>();
    if (service.database() != null) {
      after.add(DATABASE + service.database().name());
    }
    for (String callee : service.calls()) {
      ServiceSpec called = stack.services().get(callee);
      boolean runs = called != null && called.source() instanceof Source.Run;
      if (runs && !reaches(stack, callee, service.name(), new HashSet<>())) {
        after.add(callee);
      }
    }
    return after;
  }

  private static boolean reaches(Stack stack, String from, String to, Set<String> seen) {
    if (from.equals(to)) {
      return true;
    }
    ServiceSpec service = stack.services().get(from);
    return service != null
        && seen.add(from)
        && service.calls().stream().anyMatch(next -> reaches(stack, next, to, seen));
  }

  static ProcessSpec process(
      ServiceSpec service, Source.Run run, Surroundings around, int replica, int port) {
    ReplicaContext context = context(service, around, replica, port);
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", around.path());
    env.put("MAMPARO_SERVICE", service.name());
    env.put("MAMPARO_REPLICA", Integer.toString(replica));
    ReplicaContext.Database database = context.database();
    if (database != null) {
      env.put("DATABASE_URL", database.url());
      env.put("PGHOST", database.address().host());
      env.put("PGPORT", Integer.toString(database.address().port()));
      env.put("PGUSER", database.user());
      env.put("PGPASSWORD", database.password().reveal());
      env.put("PGDATABASE", database.name());
      env.put("PGSSLMODE", around.proxySecured() ? "require" : "disable");
    }
    context.callUrls().forEach((callee, url) -> env.put(variable(callee) + "_URL", url));
    service.env().forEach((name, value) -> env.put(name, value.fill(context)));
    List<String> argv = run.command().stream().map((Template part) -> part.fill(context)).toList();
    return new ProcessSpec(argv, env, run.directory());
  }

  private static ReplicaContext context(
      ServiceSpec service, Surroundings around, int replica, int port) {
    Map<String, String> urls = new HashMap<>();
    for (String callee : service.calls()) {
      Integer edge = around.edgePorts().get(new Edge(service.name(), callee).id());
      if (edge != null) {
        urls.put(callee, "http://" + new Address(Address.LOOPBACK, edge));
      }
    }
    return new ReplicaContext(replica, port, database(service, around), urls);
  }

  private static ReplicaContext.@Nullable Database database(
      ServiceSpec service, Surroundings around) {
    if (service.database() == null) {
      return null;
    }
    DatabaseAccess access = around.accesses().get(service.database().name());
    Login login = access == null ? null : access.services().get(service.name());
    if (access == null || login == null) {
      throw new IllegalStateException("no login of service " + service.name());
    }
    return new ReplicaContext.Database(
        around.proxy(), access.name(), login.user(), new Secret(login.password()));
  }

  /** Whether services have to encrypt their connections to the database proxy. */
  public static boolean secured(Stack stack) {
    TlsSpec tls = stack.proxy().tls();
    return tls != null
        && (tls.plain() == TlsSpec.Plain.REFUSE || !stack.proxy().listen().at(0).isLoopback());
  }

  /** {@code car-parts} to {@code CAR_PARTS}. */
  static String variable(String service) {
    return service.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** How a service's replicas are asked whether they work: in the protocol that they speak. */
  public static HealthCheck health(ServiceSpec service) {
    HealthSpec spec = service.health();
    HealthCheck.By by =
        switch (service.traffic().protocol()) {
          case HTTP_1 -> HealthCheck.By.HTTP_1;
          case H2 -> spec.grpc() ? HealthCheck.By.GRPC : HealthCheck.By.HTTP_2;
        };
    return new HealthCheck(
        spec.path(),
        by,
        spec.interval(),
        spec.timeout(),
        spec.healthyAfter(),
        spec.unhealthyAfter(),
        spec.startPeriod(),
        HealthCheck.DEFAULT.restartAfter());
  }

  private static RestartPolicy restart(RestartSpec spec) {
    return new RestartPolicy(
        spec.backoff(), spec.maxBackoff(), spec.reset(), RestartPolicy.DEFAULT.crashLoopAfter());
  }
}
