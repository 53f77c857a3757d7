package io.mamparo.compute;

import static io.mamparo.compute.ReplicaState.BACKING_OFF;
import static io.mamparo.compute.ReplicaState.CRASH_LOOPING;
import static io.mamparo.compute.ReplicaState.DRAINING;
import static io.mamparo.compute.ReplicaState.HEALTHY;
import static io.mamparo.compute.ReplicaState.STARTING;
import static io.mamparo.compute.ReplicaState.STOPPED;
import static io.mamparo.compute.ReplicaState.STOPPING;
import static io.mamparo.compute.ReplicaState.UNHEALTHY;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The states of one supervised process; owned by the thread of its {@link Supervisor}. Knows no
 * process and no clock: it is told what happened and when, and answers what to do.
 *
 * <pre>
 *                 launched              passed ≥ n                failed ≥ n
 *   BACKING_OFF ───────────→ STARTING ────────────→ HEALTHY ⇄ ──────────────→ UNHEALTHY
 *     ↑    ↑                    │ ended, or could      │ ended                  │  │ for too long
 *     │    │ launch             │ not be launched      │                        │  ↓
 *     │    └──── (wait, doubled and jittered) ←────────┴────────────────────────┘ STOPPING ─→ ended
 *   CRASH_LOOPING: the same from the n-th failure on, until healthy for a while     (again = true)
 *
 *   stop:  HEALTHY → DRAINING → STOPPING (SIGTERM … grace … SIGKILL) → ended → STOPPED
 *          all others: without DRAINING; nothing running: STOPPED at once
 * </pre>
 *
 * Invariants: there is a process exactly in HEALTHY, UNHEALTHY, DRAINING and STOPPING, and in
 * STARTING but for the first moment; a stop is never taken back; whatever ended is swept before the
 * next launch.
 */
final class ReplicaMachine {
  /** What the supervisor is to do. */
  enum Action {
    /** Start the process and answer with {@link #launched} or {@link #launchFailed}. */
    LAUNCH,
    /** Ask whether it works and answer with {@link #checked}. */
    CHECK,
    /** Let requests finish and answer with {@link #drained}. */
    DRAIN,
    /** Ask the process to end. */
    TERM,
    /** End the process. */
    KILL,
    /** End what the process left behind. */
    SWEEP
  }

  /** Between two checks of a process that has never been healthy: a start should be seen soon. */
  private static final long EAGER = Duration.ofMillis(50).toNanos();

  private static final long NEVER = Long.MAX_VALUE;

  private final RestartPolicy restart;
  private final Duration grace;
  private final RandomGenerator random;
  private HealthCheck health;

  private ReplicaState state = STARTING;
  private boolean process;
  private @Nullable String reason;
  private int restarts;
  private int failures;
  private int passedInRow;
  private int failedInRow;
  private boolean launchedOnce;
  private boolean again;
  private boolean checking;
  private long startedAt;
  private long since;
  private long checkAt = NEVER;
  private long launchAt;
  private long drainUntil = NEVER;
  private long killAt = NEVER;

  ReplicaMachine(
      HealthCheck health, RestartPolicy restart, Duration grace, RandomGenerator random, long now) {
    this.health = health;
    this.restart = restart;
    this.grace = grace;
    this.random = random;
    since = now;
    launchAt = now;
  }

  ReplicaState state() {
    return state;
  }

  @Nullable String reason() {
    return reason;
  }

  int restarts() {
    return restarts;
  }

  /** Monotonic nanoseconds at which it came to its state. */
  long since() {
    return since;
  }

  /** Whether it has failed since it was last healthy for a while, and is not healthy now. */
  boolean failing() {
    return state == UNHEALTHY || (failures > 0 && state != HEALTHY);
  }

  /** From now on it is checked in this way. */
  void use(HealthCheck health) {
    this.health = health;
  }

  /** When {@link #tick} wants to be called next, in monotonic nanoseconds. */
  long due() {
    if (!process) {
      return state == STOPPED ? NEVER : launchAt;
    }
    return switch (state) {
      case STARTING, HEALTHY, UNHEALTHY -> Math.min(checking ? NEVER : checkAt, lookAt());
      case DRAINING -> drainUntil;
      case STOPPING -> killAt;
      case BACKING_OFF, CRASH_LOOPING, STOPPED -> NEVER;
    };
  }

  private long lookAt() {
    if (state == UNHEALTHY && health.restartAfter() != null) {
      return since + health.restartAfter().toNanos();
    }
    return state == HEALTHY && failures > 0 ? since + restart.resetAfter().toNanos() : NEVER;
  }

  List<Action> tick(long now) {
    if (!process) {
      return now >= due() && state != STOPPED ? List.of(Action.LAUNCH) : List.of();
    }
    return switch (state) {
      case STARTING, HEALTHY -> settled(now);
      case UNHEALTHY ->
          now >= lookAt() ? terminate(now, true, "unhealthy for too long: " + reason) : check(now);
      case DRAINING -> now >= drainUntil ? drained(now) : List.of();
      case STOPPING -> kill(now);
      case BACKING_OFF, CRASH_LOOPING, STOPPED -> List.of();
    };
  }

  private List<Action> settled(long now) {
    if (now >= lookAt()) {
      failures = 0;
    }
    return check(now);
  }

  private List<Action> check(long now) {
    if (checking || now < checkAt) {
      return List.of();
    }
    checking = true;
    return List.of(Action.CHECK);
  }

  /** The process is there: it was started, or found and adopted. */
  void launched(long now) {
    restarts += launchedOnce ? 1 : 0;
    launchedOnce = true;
    process = true;
    checking = false;
    passedInRow = 0;
    failedInRow = 0;
    checkAt = now;
    startedAt = now;
    become(STARTING, now, reason);
  }

  /** The process could not be started. */
  List<Action> launchFailed(String why, long now) {
    return failed(why, now);
  }

  /** The process has ended. */
  List<Action> ended(String how, long now) {
    process = false;
    if (leaving() && !again) {
      become(STOPPED, now, null);
      return List.of(Action.SWEEP);
    }
    String why = again && reason != null ? reason : how;
    again = false;
    failed(why, now);
    return List.of(Action.SWEEP);
  }

  private boolean leaving() {
    return state == DRAINING || state == STOPPING;
  }

  private List<Action> failed(String why, long now) {
    failures++;
    launchAt = now + backoff();
    checkAt = NEVER;
    if (failures < restart.crashLoopAfter()) {
      become(BACKING_OFF, now, why);
    } else {
      become(CRASH_LOOPING, now, "failed " + failures + " times in a row: " + why);
    }
    return List.of();
  }

  /** Doubles with each failure, at most {@code max}, of which up to a quarter is taken off. */
  private long backoff() {
    long wait = restart.max().toNanos();
    int doublings = failures - 1;
    if (doublings < 30) {
      wait = Math.min(wait, restart.initial().toNanos() << doublings);
    }
    return wait - (long) (wait * 0.25 * random.nextDouble());
  }

  /**
   * A check has ended.
   *
   * @param failure null when it passed
   */
  List<Action> checked(@Nullable String failure, long now) {
    checking = false;
    if (failure == null) {
      passed(now);
    } else {
      failedCheck(failure, now);
    }
    checkAt = now + (state == STARTING ? eager() : health.interval().toNanos());
    return List.of();
  }

  private long eager() {
    return Math.min(EAGER, health.interval().toNanos());
  }

  private void passed(long now) {
    failedInRow = 0;
    passedInRow++;
    if ((state == STARTING || state == UNHEALTHY) && passedInRow >= health.healthyAfter()) {
      become(HEALTHY, now, null);
    }
  }

  private void failedCheck(String failure, long now) {
    passedInRow = 0;
    if (state == STARTING && now - startedAt < health.startPeriod().toNanos()) {
      // That it does not listen yet says less than how it ended the last time.
      reason = failures > 0 && reason != null ? reason : failure;
      return;
    }
    failedInRow++;
    if (state == UNHEALTHY) {
      reason = failure;
    } else if ((state == STARTING || state == HEALTHY) && failedInRow >= health.unhealthyAfter()) {
      become(UNHEALTHY, now, failure);
    }
  }

  /** It is to stop for good. */
  List<Action> stop(long now) {
    if (!process) {
      become(STOPPED, now, null);
      return List.of();
    }
    return switch (state) {
      case HEALTHY -> {
        drainUntil = now + grace.toNanos();
        become(DRAINING, now, null);
        yield List.of(Action.DRAIN);
      }
      case STARTING, UNHEALTHY -> terminate(now, false, null);
      case STOPPING -> {
        again = false;
        yield List.of();
      }
      case DRAINING, BACKING_OFF, CRASH_LOOPING, STOPPED -> List.of();
    };
  }

  /** It is to be started anew, as after a failure. */
  List<Action> restart(String why, long now) {
    return process && !leaving() ? terminate(now, true, why) : List.of();
  }

  /** The next check is due. */
  List<Action> checkNow(long now) {
    checkAt = now;
    return tick(now);
  }

  /** No request is on its way to it any more. */
  List<Action> drained(long now) {
    return state == DRAINING ? terminate(now, false, null) : List.of();
  }

  private List<Action> terminate(long now, boolean again, @Nullable String why) {
    this.again = again;
    killAt = now + grace.toNanos();
    become(STOPPING, now, why);
    return List.of(Action.TERM);
  }

  private List<Action> kill(long now) {
    if (now < killAt) {
      return List.of();
    }
    killAt = now + Duration.ofSeconds(1).toNanos();
    return List.of(Action.KILL);
  }

  private void become(ReplicaState next, long now, @Nullable String why) {
    if (state != next) {
      state = next;
      since = now;
    }
    reason = why;
  }
}
