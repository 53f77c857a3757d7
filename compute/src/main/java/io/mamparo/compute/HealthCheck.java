package io.mamparo.compute;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a replica is found to work. Immutable.
 *
 * @param path asked with GET, without following redirects; works when answered with 200 to 399.
 *     Absent: accepting a TCP connection is enough, unless {@code by} says otherwise
 * @param by what is spoken
 * @param interval between the end of a check and the next
 * @param timeout of one check, from connecting to the end of the answer's head
 * @param healthyAfter checks in a row that make a replica healthy
 * @param unhealthyAfter failed checks in a row that make it unhealthy
 * @param startPeriod after the start, in which failed checks do not count
 * @param restartAfter how long a replica may stay unhealthy before it is restarted; absent: forever
 */
public record HealthCheck(
    @Nullable String path,
    By by,
    Duration interval,
    Duration timeout,
    int healthyAfter,
    int unhealthyAfter,
    Duration startPeriod,
    @Nullable Duration restartAfter) {
  /** TCP, every second, two failures in a row; restarted after half a minute. */
  public static final HealthCheck DEFAULT =
      new HealthCheck(
          null,
          By.HTTP_1,
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          1,
          2,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));

  /** What is spoken. */
  public enum By {
    /** HTTP/1.1. */
    HTTP_1,
    /** HTTP/2, without asking. */
    HTTP_2,
    /** gRPC's health service, about the whole server; works when it answers SERVING. */
    GRPC
  }

  public HealthCheck {
    Checks.that(path == null || by != By.GRPC, "gRPC's health service has a path of its own");
    Checks.that(path == null || path.startsWith("/"), "a health path starts with '/'");
    Checks.positive(interval, "interval");
    Checks.positive(timeout, "timeout");
    Checks.that(healthyAfter > 0, "healthyAfter must be positive");
    Checks.that(unhealthyAfter > 0, "unhealthyAfter must be positive");
    Checks.that(!startPeriod.isNegative(), "startPeriod must not be negative");
  }

  /** One that speaks HTTP/1.1. */
  public HealthCheck(
      @Nullable String path,
      Duration interval,
      Duration timeout,
      int healthyAfter,
      int unhealthyAfter,
      Duration startPeriod,
      @Nullable Duration restartAfter) {
    this(
        path,
        By.HTTP_1,
        interval,
        timeout,
        healthyAfter,
        unhealthyAfter,
        startPeriod,
        restartAfter);
  }

  /** As this, asking {@code path}. */
  public HealthCheck at(@Nullable String path) {
    return new HealthCheck(
        path, by, interval, timeout, healthyAfter, unhealthyAfter, startPeriod, restartAfter);
  }
}
