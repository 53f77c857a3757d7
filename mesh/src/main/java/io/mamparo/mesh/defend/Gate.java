package io.mamparo.mesh.defend;

import io.mamparo.mesh.RouteRules.Priority;
import io.mamparo.resilience.limit.Bulkhead;

/** A service's bound on requests in flight. Shared by all loops. */
public sealed interface Gate permits FixedGate, AdaptiveGate {
  /** Takes a place if one is free for this priority. */
  boolean enter(int stripe, Priority priority);

  /**
   * Gives the place back.
   *
   * @param tookNanos the request's duration; negative when it says nothing about capacity
   * @param dropped whether the service refused it, or it took too long
   */
  void leave(int stripe, long tookNanos, boolean dropped, long now);

  /** What is enforced, for display. */
  Bulkhead bulkhead();

  /** The gate for another configuration: this one if its kind is the same. */
  Gate follow(int concurrency, boolean adaptive, int stripes, long now);

  /** The bound for requests of a priority. */
  static int bound(int limit, Priority priority) {
    return switch (priority) {
      case LOW -> Math.max(1, limit - Math.ceilDiv(limit, 4));
      case NORMAL -> limit;
      case HIGH -> limit + Math.ceilDiv(limit, 10);
    };
  }
}
