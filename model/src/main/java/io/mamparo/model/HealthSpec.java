package io.mamparo.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How Mamparo finds out whether a replica works.
 *
 * @param path asked with GET in the service's protocol, healthy when answered with 200 to 399;
 *     absent means that accepting a TCP connection is enough
 * @param grpc whether gRPC's health service is asked, which answers SERVING when all is well
 * @param interval between checks
 * @param timeout of one check
 * @param healthyAfter checks in a row that make a replica healthy
 * @param unhealthyAfter failed checks in a row that make it unhealthy
 * @param startPeriod after the start, in which failed checks do not count
 */
public record HealthSpec(
    @Nullable String path,
    boolean grpc,
    Duration interval,
    Duration timeout,
    int healthyAfter,
    int unhealthyAfter,
    Duration startPeriod) {
  public HealthSpec {
    Require.that(path == null || path.startsWith("/"), "a health path starts with '/'");
    Require.that(!grpc || path == null, "path has no meaning with grpc");
    Require.positive(interval, "interval");
    Require.positive(timeout, "timeout");
    Require.between(1, healthyAfter, 100, "healthy-after");
    Require.between(1, unhealthyAfter, 100, "unhealthy-after");
    Require.that(!startPeriod.isNegative(), "start-period must not be negative");
  }

  /** As this, with a path. */
  HealthSpec at(String path) {
    return new HealthSpec(path, grpc, interval, timeout, healthyAfter, unhealthyAfter, startPeriod);
  }
}
