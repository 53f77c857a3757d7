package io.mamparo.compute;

import io.mamparo.compute.Rollout.Desired;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sums up a service from its replicas. Pure functions. */
final class Readiness {
  private Readiness() {}

  static ServiceStatus of(
      String name,
      @Nullable Desired desired,
      List<Instance> instances,
      @Nullable String waiting,
      boolean stopping) {
    int wanted = desired == null ? 0 : desired.replicas();
    List<ReplicaStatus> replicas = instances.stream().map(Instance::status).toList();
    int healthy = (int) replicas.stream().filter(r -> r.state().ready()).count();
    long current = instances.stream().filter(i -> current(desired, i) && healthy(i)).count();
    boolean updating = instances.stream().anyMatch(i -> !current(desired, i));
    boolean ready = !stopping && !updating && waiting == null && current >= wanted;
    String reason = ready ? null : reason(stopping, desired, replicas, waiting, healthy, wanted);
    return new ServiceStatus(name, wanted, healthy, updating, ready, reason, replicas);
  }

  private static boolean current(@Nullable Desired desired, Instance instance) {
    return desired != null
        && instance.replica() < desired.replicas()
        && instance.revision().equals(desired.revision().apply(instance.replica()));
  }

  private static boolean healthy(Instance instance) {
    return instance.state().ready();
  }

  private static String reason(
      boolean stopping,
      @Nullable Desired desired,
      List<ReplicaStatus> replicas,
      @Nullable String waiting,
      int healthy,
      int wanted) {
    if (stopping || desired == null) {
      return "is stopping";
    }
    StringBuilder text = new StringBuilder();
    if (waiting != null) {
      text.append(waiting);
    } else {
      text.append(healthy).append(" of ").append(wanted).append(" replicas are healthy");
    }
    worst(replicas)
        .ifPresent(
            r -> text.append("; replica ").append(r.replica()).append(": ").append(r.reason()));
    return text.toString();
  }

  private static Optional<ReplicaStatus> worst(List<ReplicaStatus> replicas) {
    return replicas.stream()
        .filter(r -> r.reason() != null && !r.state().ready())
        .max((a, b) -> a.state().compareTo(b.state()));
  }
}
