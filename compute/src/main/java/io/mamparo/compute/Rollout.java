package io.mamparo.compute;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides what to do next with the replicas of one service. Owned by whoever made it, for one
 * decision; the decision is a pure function of desired and observed state, asked for again after
 * every event until there is nothing left to do.
 *
 * <p>Replicas that are missing are started all at once, and those that are too many are stopped.
 * Replicas of another revision are replaced one at a time, each new one healthy before the old one
 * is stopped; with a fixed port the old one has to go first. As long as a new one fails, the old
 * ones that are left keep running.
 */
final class Rollout {
  /**
   * What is desired of a service.
   *
   * @param revision that each replica should have
   */
  record Desired(int replicas, boolean fixedPort, IntFunction<String> revision) {}

  /** One instance as observed. */
  record Observed(int replica, String instance, String revision, Phase phase) {}

  /** As much of a replica's state as matters here. */
  enum Phase {
    /** On its way, without a failure so far. */
    COMING,
    HEALTHY,
    /** Has failed, and is not healthy. */
    FAILING,
    /** Was asked to stop. */
    LEAVING
  }

  /** Something to do. */
  sealed interface Change {
    /** Start a new instance of a replica. */
    record Start(int replica) implements Change {}

    /** Stop an instance. */
    record Stop(String instance) implements Change {}
  }

  /**
   * What to do now.
   *
   * @param waiting what the rest of an update waits for; null when nothing is held back
   */
  record Decision(List<Change> changes, @Nullable String waiting) {}

  private final Desired desired;
  private final List<Observed> observed;
  private final List<Change> changes = new ArrayList<>();

  private Rollout(Desired desired, List<Observed> observed) {
    this.desired = desired;
    this.observed = observed;
  }

  static Decision decide(Desired desired, List<Observed> observed) {
    return new Rollout(desired, observed).decide();
  }

  private Decision decide() {
    stopSurplus();
    boolean updating = observed.stream().anyMatch(o -> live(o) && wanted(o) && old(o));
    startMissing();
    return new Decision(changes, updating ? replaceOne() : null);
  }

  /** Replicas that are not desired at all, and all but the best of two alike. */
  private void stopSurplus() {
    for (Observed one : observed) {
      if (live(one) && (!wanted(one) || superseded(one))) {
        changes.add(new Change.Stop(one.instance()));
      }
    }
  }

  /** Another instance of the same age stands for the same replica and is no worse. */
  private boolean superseded(Observed one) {
    return observed.stream()
        .filter(o -> live(o) && o.replica() == one.replica() && old(o) == old(one))
        .min(Comparator.comparing(Rollout::rank).thenComparing(Observed::instance))
        .filter(best -> !best.equals(one))
        .isPresent();
  }

  private static int rank(Observed one) {
    return switch (one.phase()) {
      case HEALTHY -> 0;
      case COMING -> 1;
      case FAILING -> 2;
      case LEAVING -> 3;
    };
  }

  private void startMissing() {
    for (int replica = 0; replica < desired.replicas(); replica++) {
      boolean blocked = desired.fixedPort() && any(replica, Phase.LEAVING).isPresent();
      if (current(replica).isEmpty() && previous(replica).isEmpty() && !blocked) {
        changes.add(new Change.Start(replica));
      }
    }
  }

  /** One step of an update; returns what it waits for. */
  private String replaceOne() {
    for (int replica = 0; replica < desired.replicas(); replica++) {
      Optional<Observed> next = current(replica);
      if (next.isPresent() && next.get().phase() == Phase.FAILING) {
        return "the new replica " + replica + " fails; the old ones that are left keep running";
      }
      boolean coming = next.isPresent() && next.get().phase() == Phase.COMING;
      if (coming || starts(replica)) {
        return "the new replica " + replica + " is not healthy yet";
      }
    }
    for (int replica = 0; replica < desired.replicas(); replica++) {
      Optional<Observed> previous = previous(replica);
      if (previous.isPresent()) {
        return replace(replica, previous.get());
      }
    }
    throw new IllegalStateException("an update without an old replica");
  }

  private String replace(int replica, Observed previous) {
    if (leavingOld()) {
      return "an old replica is still stopping";
    }
    if (current(replica).isPresent() || desired.fixedPort()) {
      changes.add(new Change.Stop(previous.instance()));
      return "the old replica " + replica + " has to stop";
    }
    changes.add(new Change.Start(replica));
    return "the new replica " + replica + " has to become healthy";
  }

  private boolean leavingOld() {
    return observed.stream().anyMatch(o -> !live(o) && wanted(o) && old(o));
  }

  private boolean starts(int replica) {
    return changes.contains(new Change.Start(replica));
  }

  private Optional<Observed> current(int replica) {
    return observed.stream()
        .filter(o -> live(o) && o.replica() == replica && !old(o))
        .min(Comparator.comparing(Rollout::rank));
  }

  private Optional<Observed> previous(int replica) {
    return observed.stream()
        .filter(o -> live(o) && o.replica() == replica && old(o))
        .min(Comparator.comparing(Rollout::rank));
  }

  private Optional<Observed> any(int replica, Phase phase) {
    return observed.stream().filter(o -> o.replica() == replica && o.phase() == phase).findFirst();
  }

  private boolean live(Observed one) {
    return one.phase() != Phase.LEAVING;
  }

  private boolean wanted(Observed one) {
    return one.replica() < desired.replicas();
  }

  private boolean old(Observed one) {
    return wanted(one) && !one.revision().equals(desired.revision().apply(one.replica()));
  }
}
