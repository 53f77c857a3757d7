package io.mamparo.mesh.defend;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.mesh.choose.Affinity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service as one configuration wants it. Immutable; its states are shared by all loops. */
public final class ServicePlan {
  public final MeshConfig.Service config;
  public final ServiceState state;

  /** How its requests are tried where a route says nothing else. */
  public final TryPolicy tries;

  private final EndpointState[] endpoints;
  private final boolean[] healthy;
  private final int[] weights;
  private final int[] priorities;
  private final boolean[] local;
  private final long[] names;

  /** What keeps a user on an endpoint; null when nothing does. */
  public final @Nullable Affinity affinity;

  /** Who may call it. */
  public final AccessRules access;

  /** What is broken on purpose. */
  public final FaultRules faults;

  ServicePlan(MeshConfig.Service config, ServiceState state, EndpointState[] endpoints) {
    this.config = config;
    this.state = state;
    this.endpoints = endpoints;
    tries = TryPolicy.of(config);
    healthy = new boolean[endpoints.length];
    weights = new int[endpoints.length];
    priorities = new int[endpoints.length];
    local = new boolean[endpoints.length];
    names = new long[endpoints.length];
    String zone = config.policy().balance().zone();
    for (int i = 0; i < endpoints.length; i++) {
      MeshConfig.Endpoint endpoint = config.endpoints().get(i);
      healthy[i] = endpoint.healthy();
      weights[i] = endpoint.weight();
      priorities[i] = endpoint.priority();
      local[i] = zone != null && zone.equals(endpoint.zone());
      byte[] id = endpoint.id().getBytes(StandardCharsets.UTF_8);
      names[i] = Affinity.hash(id, 0, id.length);
    }
    access = new AccessRules(config.policy().access());
    faults = new FaultRules(config.policy().faults());
    affinity = Affinity.of(config.policy().balance().key());
  }

  /** Whether its endpoints speak HTTP/2, without being asked unless they are encrypted. */
  public boolean http2() {
    return config.http2();
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

  int[] priorities() {
    return priorities;
  }

  /** Whether each endpoint is in the mesh's own zone. */
  boolean[] local() {
    return local;
  }

  /** The hash of each endpoint's id. */
  long[] names() {
    return names;
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
        state.gate().bulkhead().inFlight(),
        state.gate().bulkhead().limit(),
        state.gate().bulkhead().refused(),
        state.mirrored().sum(),
        state.mirrorLeftOut().sum(),
        all);
  }
}
