package io.mamparo.compute;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as observed. Immutable.
 *
 * @param desired replicas
 * @param healthy replicas of any revision that pass their checks
 * @param updating whether replicas of an older revision still run
 * @param ready as many healthy replicas of the desired revision as desired, nothing in progress
 * @param reason why it is not ready, in a sentence; null when it is
 */
public record ServiceStatus(
    String name,
    int desired,
    int healthy,
    boolean updating,
    boolean ready,
    @Nullable String reason,
    List<ReplicaStatus> replicas) {
  public ServiceStatus {
    replicas = List.copyOf(replicas);
  }
}
