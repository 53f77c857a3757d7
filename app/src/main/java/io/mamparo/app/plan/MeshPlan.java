package io.mamparo.app.plan;

import io.mamparo.compute.ReplicaState;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshConfig.Endpoint;
import io.mamparo.mesh.MeshConfig.Kind;
import io.mamparo.mesh.MeshConfig.Listener;
import io.mamparo.mesh.MeshConfig.Retries;
import io.mamparo.mesh.MeshConfig.RetryOn;
import io.mamparo.mesh.MeshConfig.Service;
import io.mamparo.model.Address;
import io.mamparo.model.BreakerSpec;
import io.mamparo.model.Guards;
import io.mamparo.model.IngressSpec;
import io.mamparo.model.MeshSpec;
import io.mamparo.model.OutlierSpec;
import io.mamparo.model.RetrySpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import io.mamparo.model.TlsSpec;
import io.mamparo.model.TrafficSpec;
import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.WindowSpec;
import io.mamparo.resilience.outlier.OutlierConfig;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.wire.tls.ClientTls;
import io.mamparo.wire.tls.ServerTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stack, replicas and remembered ports to the mesh's configuration. Stateless. */
public final class MeshPlan {
  /** The ingress' id among listeners. */
  public static final String INGRESS = "ingress";

  private static final Duration NEVER_SLOW = Duration.ofDays(1);
  private static final int BREAKER_SLICES = 10;

  private MeshPlan() {}

  /**
   * What encrypts.
   *
   * @param ingress shows certificates; null when the ingress does not encrypt
   * @param services for endpoints with https, by what is spoken inside (ALPN); always the same
   */
  public record Tls(@Nullable ServerTls ingress, Function<String, @Nullable ClientTls> services) {
    /** Nothing is encrypted. */
    public static final Tls NONE = new Tls(null, protocol -> null);
  }

  /**
   * The configuration.
   *
   * @param answers whether endpoints that live elsewhere answer, by address; absent: not known yet
   * @param edgePorts the port of each edge by its id
   * @param tls what encrypts
   * @param open whether the ingress takes requests; false while everything is being stopped
   */
  public static MeshConfig of(
      Stack stack,
      List<ServiceStatus> observed,
      Map<String, Boolean> answers,
      Map<String, Integer> edgePorts,
      int portOffset,
      boolean open,
      Tls tls) {
    List<Listener> listeners = new ArrayList<>();
    if (open) {
      Address address = stack.ingress().listen().at(portOffset);
      InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
      TlsSpec spec = stack.ingress().tls();
      boolean plain = spec == null || spec.plain() == TlsSpec.Plain.ALLOW;
      listeners.add(new Listener(INGRESS, socket, new Kind.Ingress(), tls.ingress(), plain));
    }
    for (Edge edge : Edge.of(stack)) {
      Integer port = edgePorts.get(edge.id());
      if (port != null) {
        InetSocketAddress socket = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        listeners.add(new Listener(edge.id(), socket, new Kind.Edge(edge.caller(), edge.callee())));
      }
    }
    List<Service> services =
        stack.services().values().stream()
            .map(s -> service(s, stack.mesh(), observed, answers, tls))
            .toList();
    return new MeshConfig(listeners, services, RoutePlan.of(stack), limits(stack.ingress()));
  }

  private static MeshConfig.Limits limits(IngressSpec ingress) {
    MeshConfig.Limits usual = MeshConfig.Limits.DEFAULT;
    return new MeshConfig.Limits(
        ingress.connections(),
        (int) ingress.headerSize().bytes(),
        usual.headers(),
        ingress.headerTimeout(),
        ingress.idleTimeout(),
        usual.bodyIdle(),
        usual.upstreamIdle(),
        usual.upstreamConnections(),
        usual.connectTimeout(),
        ingress.tunnelTimeout());
  }

  private static Service service(
      ServiceSpec spec,
      MeshSpec mesh,
      List<ServiceStatus> observed,
      Map<String, Boolean> answers,
      Tls tls) {
    Guards guards = spec.guards();
    return new Service(
        spec.name(),
        endpoints(spec, observed, answers, tls),
        guards.timeout(),
        guards.perTryTimeout(),
        guards.concurrency(),
        retries(guards.retries()),
        breaker(guards.breaker()),
        outliers(guards.outliers()),
        TrafficPlan.policy(spec.traffic(), mesh, guards.hedge()),
        spec.traffic().protocol() == TrafficSpec.Protocol.H2);
  }

  private static List<Endpoint> endpoints(
      ServiceSpec spec, List<ServiceStatus> observed, Map<String, Boolean> answers, Tls tls) {
    if (spec.source() instanceof Source.Endpoints elsewhere) {
      List<Endpoint> endpoints = new ArrayList<>();
      for (Source.Endpoint endpoint : elsewhere.endpoints()) {
        Address address = endpoint.address();
        endpoints.add(
            new Endpoint(
                address.toString(),
                address.host(),
                address.port(),
                answers.getOrDefault(address.toString(), true),
                endpoint.weight(),
                null,
                endpoint.priority(),
                endpoint.zone(),
                endpoint.tls()
                    ? tls.services().apply(spec.traffic().protocol().toString())
                    : null));
      }
      return endpoints;
    }
    List<Endpoint> endpoints = new ArrayList<>();
    for (ServiceStatus service : observed) {
      if (service.name().equals(spec.name())) {
        for (ReplicaStatus replica : service.replicas()) {
          if (takesRequests(replica.state())) {
            endpoints.add(endpoint(replica));
          }
        }
      }
    }
    return endpoints;
  }

  /** A replica that has not been healthy yet, or is on its way out, is none for the mesh. */
  private static boolean takesRequests(ReplicaState state) {
    return switch (state) {
      case HEALTHY, UNHEALTHY -> true;
      case STARTING, BACKING_OFF, CRASH_LOOPING, DRAINING, STOPPING, STOPPED -> false;
    };
  }

  private static Endpoint endpoint(ReplicaStatus replica) {
    return new Endpoint(
        replica.instance(),
        replica.host(),
        replica.port(),
        replica.state().ready(),
        1,
        replica.revision());
  }

  static Retries retries(RetrySpec spec) {
    RetryBudgetConfig usual = RetryBudgetConfig.defaults();
    double ratio = spec.budget().ratio();
    boolean off = spec.attempts() == 1 || ratio == 0;
    RetryBudgetConfig budget =
        off
            ? usual
            : new RetryBudgetConfig(
                ratio,
                usual.window(),
                (int) Math.ceil(spec.reserve().perSecond()),
                ratio,
                usual.activeMinimum());
    Set<RetryOn> on = EnumSet.noneOf(RetryOn.class);
    spec.on().forEach(condition -> on.add(condition(condition)));
    return new Retries(
        budget,
        off ? 1 : spec.attempts(),
        on,
        spec.methods(),
        (int) spec.replay().bytes(),
        spec.backoff());
  }

  private static RetryOn condition(RetrySpec.Condition condition) {
    return switch (condition) {
      case CONNECT -> RetryOn.CONNECT;
      case RESET -> RetryOn.RESET;
      case TIMEOUT -> RetryOn.TIMEOUT;
      case BAD_GATEWAY -> RetryOn.BAD_GATEWAY;
      case UNAVAILABLE -> RetryOn.UNAVAILABLE;
      case GATEWAY_TIMEOUT -> RetryOn.GATEWAY_TIMEOUT;
      case SERVER_ERROR -> RetryOn.SERVER_ERROR;
      case TOO_MANY_REQUESTS -> RetryOn.TOO_MANY_REQUESTS;
    };
  }

  private static @Nullable BreakerConfig breaker(@Nullable BreakerSpec spec) {
    if (spec == null) {
      return null;
    }
    return BreakerConfig.defaults()
        .withWindow(new WindowSpec.OfTime(spec.window(), BREAKER_SLICES))
        .withMinimumCalls(spec.minimumCalls())
        .withFailureRate(spec.failures().ratio())
        .withSlowCall(spec.slow() == null ? NEVER_SLOW : spec.slow())
        .withSlowRate(Math.min(1, spec.slowCalls().ratio()))
        .withOpenFor(spec.open())
        .withProbes(spec.probes());
  }

  private static @Nullable OutlierConfig outliers(@Nullable OutlierSpec spec) {
    if (spec == null) {
      return null;
    }
    OutlierConfig usual = OutlierConfig.defaults();
    return new OutlierConfig(
        spec.failures(),
        usual.interval(),
        usual.minimumHosts(),
        usual.minimumRequests(),
        usual.deviations(),
        spec.ejection(),
        spec.maxEjection(),
        usual.jitter(),
        Math.min(1, spec.maxEjected().ratio()));
  }
}
