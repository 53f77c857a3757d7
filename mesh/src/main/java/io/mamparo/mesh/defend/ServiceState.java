package io.mamparo.mesh.defend;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.outlier.OutlierConfig;
import io.mamparo.resilience.outlier.OutlierDetector;
import io.mamparo.resilience.outlier.OutlierListener;
import io.mamparo.resilience.window.StripedCounter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one service, as long as it exists. Changed by whoever applies a configuration,
 * one at a time; its parts are shared by all loops.
 */
public final class ServiceState {
  private final String name;
  private final int stripes;
  private final long seed;
  private final BreakerListener breakers;
  private final OutlierListener outliers;
  private final StripedCounter mirrored;
  private final StripedCounter mirrorLeftOut;
  private volatile Gate gate;
  private final Map<String, Edge> edges = new ConcurrentHashMap<>();
  private final Map<String, EndpointState> endpoints = new HashMap<>();
  private volatile @Nullable OutlierDetector detector;
  private @Nullable OutlierConfig outlierConfig;
  private boolean configured;

  public ServiceState(
      MeshConfig.Service config,
      int stripes,
      long seed,
      BreakerListener breakers,
      OutlierListener outliers) {
    this.name = config.name();
    this.stripes = stripes;
    this.seed = seed;
    this.breakers = breakers;
    this.outliers = outliers;
    mirrored = new StripedCounter(stripes);
    mirrorLeftOut = new StripedCounter(stripes);
    gate = new FixedGate(config.concurrency(), stripes);
  }

  /** Follows a new configuration, and gives what requests need of it. */
  public ServicePlan configure(MeshConfig.Service config, long now) {
    gate = gate.follow(config.concurrency(), config.policy().adaptive(), stripes, now);
    edges.values().forEach(edge -> edge.configure(config, now));
    configureOutliers(config.outliers(), now);
    List<EndpointState> wanted = new ArrayList<>();
    Map<String, EndpointState> left = new HashMap<>(endpoints);
    for (MeshConfig.Endpoint endpoint : config.endpoints()) {
      EndpointState known = endpoints.get(endpoint.id());
      if (known == null || !known.is(endpoint)) {
        known = new EndpointState(endpoint, stripes, now);
        judge(known);
        endpoints.put(endpoint.id(), known);
      } else {
        left.remove(endpoint.id());
      }
      known.configured(endpoint.healthy(), configured, now);
      wanted.add(known);
    }
    left.forEach(this::remove);
    configured = true;
    return new ServicePlan(config, this, wanted.toArray(EndpointState[]::new));
  }

  private void configureOutliers(@Nullable OutlierConfig wanted, long now) {
    if (Objects.equals(wanted, outlierConfig)) {
      return;
    }
    outlierConfig = wanted;
    detector = wanted == null ? null : new OutlierDetector(wanted, stripes, seed, outliers, now);
    endpoints.values().forEach(this::judge);
  }

  private void judge(EndpointState endpoint) {
    OutlierDetector by = detector;
    endpoint.judgedBy(by == null ? null : by.add(name + "/" + endpoint.id()));
  }

  private void remove(String id, EndpointState endpoint) {
    endpoint.remove();
    endpoints.remove(id, endpoint);
    OutlierDetector by = detector;
    if (by != null && endpoint.judgedBy() != null) {
      by.remove(Objects.requireNonNull(endpoint.judgedBy()));
    }
  }

  /** The service is gone from the configuration: so are its endpoints. */
  public void removeAll() {
    Map.copyOf(endpoints).forEach(this::remove);
  }

  /** The edge from a caller, made when first asked for. Not for use on a loop. */
  public Edge edge(String caller, MeshConfig.Service config, long now) {
    return edges.computeIfAbsent(caller, c -> new Edge(c, config, stripes, breakers, now));
  }

  /** Requests in flight, bounded. */
  public Gate gate() {
    return gate;
  }

  /** Copies of other requests that were sent to it. */
  public StripedCounter mirrored() {
    return mirrored;
  }

  /** Copies that were not. */
  public StripedCounter mirrorLeftOut() {
    return mirrorLeftOut;
  }

  /** What time brings about: success rates are compared, breakers half open. */
  public void poll(long now) {
    OutlierDetector by = detector;
    if (by != null) {
      by.sweep(now);
    }
    edges.values().forEach(edge -> edge.poll(now));
  }

  /** The edges through which anything has gone. */
  public List<MeshSnapshot.Edge> edges(long now) {
    return edges.values().stream()
        .map(edge -> edge.snapshot(now))
        .filter(edge -> edge.requests() + edge.inFlight() + edge.denied() > 0)
        .toList();
  }
}
