package io.mamparo.compute;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is desired of a service that runs as processes. Immutable.
 *
 * @param name also the log files' name: {@code name-0.log}
 * @param fixedPort the port the program insists on, which allows one replica; absent: each replica
 *     is given a free one
 * @param after names of services and databases that should be ready before the first start; see
 *     {@link Services.Config#ready}
 * @param stopGrace from SIGTERM to SIGKILL
 */
public record ServicePlan(
    String name,
    int replicas,
    @Nullable Integer fixedPort,
    ProcessTemplate template,
    HealthCheck health,
    RestartPolicy restart,
    Duration stopGrace,
    LogPolicy logs,
    Set<String> after) {
  /** Replicas of one service at most. */
  public static final int MAX_REPLICAS = 1_000;

  /** From SIGTERM to SIGKILL, unless told otherwise. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  public ServicePlan {
    Checks.name(name);
    Checks.that(replicas >= 0 && replicas <= MAX_REPLICAS, "replicas must be 0 to 1000");
    if (fixedPort != null) {
      Checks.port(fixedPort);
      Checks.that(replicas <= 1, "a program that insists on its port can have one replica only");
    }
    Checks.that(!stopGrace.isNegative(), "stopGrace must not be negative");
    after = Set.copyOf(after);
  }
}
