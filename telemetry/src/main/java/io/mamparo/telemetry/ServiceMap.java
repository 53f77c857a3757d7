package io.mamparo.telemetry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who calls whom, and how that goes.
 *
 * @param windowSeconds what the figures are about
 * @param nodes by name
 * @param edges by callee, then caller
 */
public record ServiceMap(long windowSeconds, List<Node> nodes, List<Edge> edges) {
  public ServiceMap {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
  }

  /**
   * A node: what reaches it, or what leaves it when nothing reaches it.
   *
   * @param rps requests or statements a second
   * @param errorRate share of them that failed, 0 to 1; 0 when there were none
   * @param p50Ms null when there were none
   * @param p99Ms null when there were none
   */
  public record Node(
      String name,
      NodeKind kind,
      double rps,
      double errorRate,
      @Nullable Double p50Ms,
      @Nullable Double p99Ms) {}

  /**
   * An edge.
   *
   * @param rps requests or statements a second
   * @param errorRate share of them that failed, 0 to 1; 0 when there were none
   * @param p50Ms null when there were none
   * @param p99Ms null when there were none
   * @param inFlight now
   * @param breaker {@code closed}, {@code open} or {@code half-open}
   * @param retriesPerSecond tries beyond the first
   */
  public record Edge(
      String from,
      String to,
      EdgeKind kind,
      double rps,
      double errorRate,
      @Nullable Double p50Ms,
      @Nullable Double p99Ms,
      long inFlight,
      String breaker,
      double retriesPerSecond) {}
}
