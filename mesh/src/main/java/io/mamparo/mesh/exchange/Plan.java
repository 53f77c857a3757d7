package io.mamparo.mesh.exchange;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.RouteRules;
import io.mamparo.mesh.choose.Affinity;
import io.mamparo.mesh.choose.Route;
import io.mamparo.mesh.choose.RouteTable;
import io.mamparo.mesh.defend.Edge;
import io.mamparo.mesh.defend.RouteLimits;
import io.mamparo.mesh.defend.ServicePlan;
import io.mamparo.mesh.defend.TryPolicy;
import io.mamparo.resilience.rate.RateLimit;
import io.mamparo.wire.http.HeadLimits;
import io.mamparo.wire.http2.Http2Limits;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A configuration as requests need it. Immutable; every loop is handed the same one. */
public final class Plan {
  /** Most bytes of a target; the rest of a head is for its fields. */
  private static final int TARGET = 8 * 1024;

  /**
   * What comes in through a listener.
   *
   * @param service the index of the service an edge leads to; -1 for an ingress
   * @param edge null for an ingress, where the route decides
   */
  public record Entry(String id, String caller, int service, @Nullable Edge edge) {}

  /**
   * A service with the edges that lead to it from outside.
   *
   * @param ingress of people
   * @param visitor of the built-in visitor
   */
  public record Target(ServicePlan plan, Edge ingress, Edge visitor) {}

  public final MeshConfig config;
  public final RouteTable routes;
  public final List<Target> targets;
  final HeadLimits heads;

  /** Of clients' connections. */
  final Http2Limits streams;

  final long headNanos;
  final long idleNanos;
  final long bodyIdleNanos;
  final long tunnelIdleNanos;
  final long upstreamIdleNanos;
  private final Map<Integer, Entry> entries;
  private final IdentityHashMap<Route, Rules> rules = new IdentityHashMap<>();

  /**
   * What a route brings along.
   *
   * @param tries by the index of the service
   * @param limit null for none
   * @param by what has a limit of its own; null when all share one
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Rules(TryPolicy[] tries, @Nullable RateLimit limit, @Nullable Affinity by) {}

  /**
   * A plan.
   *
   * @param targets in the order of the configuration's services
   * @param entries by the slot of their door
   * @param routeLimits the routes' limits, which outlive plans
   */
  public Plan(
      MeshConfig config,
      RouteTable routes,
      List<Target> targets,
      Map<Integer, Entry> entries,
      RouteLimits routeLimits) {
    this.config = config;
    this.routes = routes;
    this.targets = List.copyOf(targets);
    this.entries = Map.copyOf(entries);
    MeshConfig.Limits limits = config.limits();
    heads =
        new HeadLimits(limits.headBytes(), limits.headers(), Math.min(TARGET, limits.headBytes()));
    streams = Http2Limits.DEFAULT.withHeadBytes(limits.headBytes());
    headNanos = limits.headTimeout().toNanos();
    idleNanos = limits.idle().toNanos();
    bodyIdleNanos = limits.bodyIdle().toNanos();
    tunnelIdleNanos = limits.tunnelIdle().toNanos();
    upstreamIdleNanos = limits.upstreamIdle().toNanos();
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.route(i);
      RouteRules.Tries tries = route.rules().tries();
      RouteRules.Limit limit = route.rules().limit();
      rules.put(
          route,
          new Rules(
              targets.stream().map(t -> TryPolicy.of(t.plan(), tries)).toArray(TryPolicy[]::new),
              limit == null ? null : routeLimits.of(route.id(), limit),
              limit == null ? null : Affinity.of(limit.by())));
    }
  }

  /** What a route brings along. */
  Rules rules(Route route) {
    return Objects.requireNonNull(rules.get(route));
  }

  /** What belongs to a door; null when it is being closed. */
  @Nullable Entry entry(int slot) {
    return entries.get(slot);
  }
}
