package io.mamparo.mesh.defend;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshConfig.RetryOn;
import io.mamparo.mesh.MeshSnapshot;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A service as one configuration wants it. Immutable; its states are shared by all loops. */
public final class ServicePlan {
  public final MeshConfig.Service config;
  public final ServiceState state;
  public final long timeoutNanos;

  /** {@link Long#MAX_VALUE} without a time-out for each try. */
  public final long perTryNanos;

  public final int attempts;
  public final int replayBytes;
  public final long backoffNanos;
  public final Set<RetryOn> retryOn;
  private final Set<String> methods;
  private final EndpointState[] endpoints;
  private final boolean[] healthy;
  private final int[] weights;
  private final boolean weighted;

  ServicePlan(MeshConfig.Service config, ServiceState state, EndpointState[] endpoints) {
    this.config = config;
    this.state = state;
    this.endpoints = endpoints;
    timeoutNanos = config.timeout().toNanos();
    perTryNanos =
        config.perTryTimeout() == null ? Long.MAX_VALUE : config.perTryTimeout().toNanos();
    attempts = config.retries().attempts();
    replayBytes = config.retries().replayBytes();
    backoffNanos = config.retries().backoff().toNanos();
    Set<RetryOn> on = EnumSet.noneOf(RetryOn.class);
    on.addAll(config.retries().on());
    retryOn = on;
    methods = config.retries().methods();
    healthy = new boolean[endpoints.length];
    weights = new int[endpoints.length];
    boolean unequal = false;
    for (int i = 0; i < endpoints.length; i++) {
      healthy[i] = config.endpoints().get(i).healthy();
      weights[i] = config.endpoints().get(i).weight();
      unequal |= weights[i] != weights[0];
    }
    weighted = unequal;
  }

  public String name() {
    return config.name();
  }

  public int size() {
    return endpoints.length;
  }

  public EndpointState endpoint(int i) {
    return endpoints[i];
  }

  /** The version of an endpoint, for display. */
  public @Nullable String version(int i) {
    return config.endpoints().get(i).version();
  }

  boolean healthy(int i) {
    return healthy[i];
  }

  /** Whether an endpoint was healthy in an earlier plan of the same service and is not in this. */
  public boolean turnedUnhealthy(ServicePlan before, EndpointState endpoint) {
    int was = before.indexOf(endpoint);
    int is = indexOf(endpoint);
    return before.state == state && was >= 0 && is >= 0 && before.healthy[was] && !healthy[is];
  }

  /** An endpoint as a bit of those tried. */
  public long bit(EndpointState endpoint) {
    int i = indexOf(endpoint);
    return i >= 0 && i < Long.SIZE ? 1L << i : 0;
  }

  private int indexOf(EndpointState endpoint) {
    for (int i = 0; i < endpoints.length; i++) {
      if (endpoints[i] == endpoint) {
        return i;
      }
    }
    return -1;
  }

  int weight(int i) {
    return weights[i];
  }

  boolean weighted() {
    return weighted;
  }

  /** Whether a method may be tried again although the service may have acted on it. */
  public boolean safe(String method) {
    return methods.contains(method);
  }

  /** How it stands. */
  public MeshSnapshot.Service snapshot() {
    List<MeshSnapshot.Endpoint> all = new ArrayList<>();
    for (int i = 0; i < endpoints.length; i++) {
      EndpointState e = endpoints[i];
      all.add(
          new MeshSnapshot.Endpoint(
              e.id(),
              healthy[i],
              e.ejected(),
              e.inFlight().sum(),
              e.connections().sum(),
              version(i)));
    }
    return new MeshSnapshot.Service(
        name(),
        state.bulkhead().inFlight(),
        state.bulkhead().limit(),
        state.bulkhead().refused(),
        all);
  }
}
