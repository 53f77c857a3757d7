package io.mamparo.mesh;

import io.mamparo.mesh.RouteRules.HashKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a service's endpoints are chosen, who may call it, what is broken on purpose, and when a slow
 * request is sent to a second endpoint.
 *
 * @param balance how an endpoint is chosen
 * @param adaptive whether the concurrency follows the latency, up to the service's own
 * @param access who may call it
 * @param faults what is broken on purpose
 * @param hedge when a slow request is sent to a second endpoint
 */
public record ServicePolicy(
    Balance balance, boolean adaptive, Access access, List<FaultRule> faults, Hedge hedge) {
  /** Least request, fixed concurrency, everybody, nothing, never. */
  public static final ServicePolicy DEFAULT =
      new ServicePolicy(Balance.DEFAULT, false, Access.ANY, List.of());

  public ServicePolicy {
    faults = List.copyOf(faults);
  }

  /** One that hedges nothing. */
  public ServicePolicy(Balance balance, boolean adaptive, Access access, List<FaultRule> faults) {
    this(balance, adaptive, access, faults, Hedge.OFF);
  }

  /** The same with another way to hedge. */
  public ServicePolicy with(Hedge other) {
    return new ServicePolicy(balance, adaptive, access, faults, other);
  }

  /** How an endpoint is chosen. */
  public enum Algorithm {
    /** Of two at random, the one with fewer requests under way. */
    LEAST_REQUEST,
    /** Of two at random, the one whose latency and requests under way promise an earlier answer. */
    PEAK_EWMA,
    /** One after the other. */
    ROUND_ROBIN,
    /** The same for the same user, by Maglev hashing. */
    HASH
  }

  /**
   * How an endpoint is chosen.
   *
   * @param key what tells users apart; needed for {@link Algorithm#HASH}, null otherwise
   * @param slowStart over which a new endpoint's share grows from a tenth; zero: at once
   * @param panic below which share of usable endpoints all are used, 0 to 1
   * @param zone where the mesh is; endpoints there are preferred; null: none is
   */
  public record Balance(
      Algorithm algorithm,
      @Nullable HashKey key,
      Duration slowStart,
      double panic,
      @Nullable String zone) {
    /** Least request, no slow start, panic below one half. */
    public static final Balance DEFAULT =
        new Balance(Algorithm.LEAST_REQUEST, null, Duration.ZERO, 0.5, null);

    public Balance {
      if ((algorithm == Algorithm.HASH) != (key != null)) {
        throw new IllegalArgumentException("a key is for hash, and hash needs one");
      }
      if (slowStart.isNegative() || !(panic >= 0 && panic <= 1)) {
        throw new IllegalArgumentException("slowStart must not be negative, panic 0 to 1");
      }
    }

    /** Another algorithm without a key. */
    public static Balance of(Algorithm algorithm) {
      return new Balance(algorithm, null, Duration.ZERO, 0.5, null);
    }
  }

  /**
   * Who may call a service.
   *
   * @param mode what happens to calls that no rule allows
   * @param rules one of which must allow a call
   */
  public record Access(Mode mode, List<Allow> rules) {
    /** Everybody may. */
    public static final Access ANY = new Access(Mode.OFF, List.of());

    public Access {
      rules = List.copyOf(rules);
    }

    /** What happens to calls that no rule allows. */
    public enum Mode {
      /** They go on. */
      OFF,
      /** They go on, and are counted and shown. */
      DRY_RUN,
      /** They are refused. */
      ON
    }
  }

  /**
   * What is allowed; all must hold.
   *
   * @param from callers; empty means any
   * @param methods upper case; empty means any
   * @param paths exact, prefixes or templates, as in a route; empty means any
   */
  public record Allow(Set<String> from, Set<String> methods, List<String> paths) {
    public Allow {
      from = Set.copyOf(from);
      methods = Set.copyOf(methods);
      paths = List.copyOf(paths);
    }
  }

  /**
   * Something that is broken on purpose, for a share of the tries that match.
   *
   * @param from a caller, or {@link Fault#ANY}
   * @param header a header that must be there, in lower case; null means any request
   * @param value the header's value; null means any value
   * @param delay before the try; zero for none
   * @param status answered in place of the service; 0 for none
   * @param share of the tries, 0 to 1
   */
  public record FaultRule(
      String from,
      @Nullable String header,
      @Nullable String value,
      Duration delay,
      int status,
      double share) {
    public FaultRule {
      if (delay.isNegative() || (status != 0 && (status < 400 || status > 599))) {
        throw new IllegalArgumentException("delay must not be negative, status 400 to 599");
      }
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share must be 0 to 1");
      }
    }
  }
}
