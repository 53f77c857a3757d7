package io.mamparo.model;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How requests reach a service's replicas, who may call it, and what is broken on purpose. Changing
 * any of it restarts nothing.
 *
 * @param balance how a replica is chosen
 * @param adaptive whether the concurrency follows the latency, up to {@link Guards#concurrency}
 * @param allow who may call it; counts when {@code mesh.authorization} says so
 * @param faults what is broken on purpose
 * @param protocol what its replicas speak
 */
public record TrafficSpec(
    Balance balance, boolean adaptive, List<Allow> allow, List<Fault> faults, Protocol protocol) {
  /** Least request, a fixed bound, no rules, no faults, HTTP/1.1. */
  public static final TrafficSpec DEFAULT =
      new TrafficSpec(Balance.DEFAULT, false, List.of(), List.of(), Protocol.HTTP_1);

  public TrafficSpec {
    allow = List.copyOf(allow);
    faults = List.copyOf(faults);
    Require.that(faults.size() <= 16, "faults: at most 16");
    Require.that(allow.size() <= 256, "allow: at most 256 rules");
  }

  /** What a service's replicas speak. Clients of the mesh speak what they like. */
  public enum Protocol {
    /** HTTP/1.1. */
    HTTP_1("http/1.1"),
    /** HTTP/2 from the first byte on, or as agreed in the handshake where it is encrypted. */
    H2("h2");

    private final String text;

    Protocol(String text) {
      this.text = text;
    }

    /** As the stack file has it. */
    @Override
    public String toString() {
      return text;
    }
  }

  /** How a replica is chosen. */
  public enum Policy {
    /** Of two at random, the one with fewer requests under way. */
    LEAST_REQUEST,
    /** Of two at random, the one that promises an earlier answer. */
    PEAK_EWMA,
    /** One after the other. */
    ROUND_ROBIN,
    /** The same for the same user. */
    HASH
  }

  /**
   * How a replica is chosen.
   *
   * @param by what tells users apart; there exactly with {@link Policy#HASH}
   * @param slowStart over which a new replica's share grows; zero: at once
   * @param panic below which share of usable replicas all are used
   */
  public record Balance(Policy policy, @Nullable UserKey by, Duration slowStart, Percentage panic) {
    /** Least request, at once, below one half. */
    public static final Balance DEFAULT =
        new Balance(Policy.LEAST_REQUEST, null, Duration.ZERO, Percentage.of(50));

    public Balance {
      Require.that(
          (policy == Policy.HASH) == (by != null),
          by == null ? "policy hash needs by" : "by has a meaning with policy hash only");
      Require.that(!slowStart.isNegative(), "slow-start must not be negative");
      Require.that(panic.millionths() <= 1_000_000, "panic is at most 100%");
    }
  }

  /** What is allowed; absent and empty mean any. */
  public record Allow(List<String> from, Set<String> methods, List<String> paths) {
    public Allow {
      from = List.copyOf(from);
      methods = Set.copyOf(methods);
      paths = List.copyOf(paths);
    }
  }

  /**
   * Something that is broken on purpose.
   *
   * @param from a caller; absent means any
   * @param header that must be there, in lower case; absent means any request
   * @param value of the header; absent means any
   * @param delay before the service is called; absent means none
   * @param abort status that is answered in its place; absent means none
   * @param share of the tries
   */
  public record Fault(
      @Nullable String from,
      @Nullable String header,
      @Nullable String value,
      @Nullable Duration delay,
      @Nullable Integer abort,
      Percentage share) {
    public Fault {
      Require.that(delay != null || abort != null, "says neither delay nor abort");
      Require.that(value == null || header != null, "value has a meaning with header only");
      Require.that(share.millionths() <= 1_000_000, "share is at most 100%");
    }
  }
}
