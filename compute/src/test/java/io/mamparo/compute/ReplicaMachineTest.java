package io.mamparo.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.compute.ReplicaMachine.Action;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A replica's states, with time as a number; times in milliseconds. */
class ReplicaMachineTest {
  private static final RestartPolicy RESTART =
      new RestartPolicy(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60), 3);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final HealthCheck HEALTH =
      new HealthCheck(
          "/health",
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          2,
          3,
          Duration.ofSeconds(5),
          Duration.ofSeconds(20));

  private final ReplicaMachine machine =
      new ReplicaMachine(HEALTH, RESTART, GRACE, new Random(7), 0);
  private long now;

  private static long nanos(long millis) {
    return millis * 1_000_000;
  }

  private void launch() {
    assertEquals(List.of(Action.LAUNCH), machine.tick(nanos(now)));
    machine.launched(nanos(now));
  }

  private void crash() {
    assertEquals(List.of(Action.SWEEP), machine.ended("exit code 1", nanos(now)));
  }

  private void check(@Nullable String failure) {
    assertEquals(List.of(Action.CHECK), machine.tick(nanos(now)));
    machine.checked(failure, nanos(now));
    now += 1_000;
  }

  private void healthy() {
    launch();
    check(null);
    check(null);
    assertEquals(ReplicaState.HEALTHY, machine.state());
  }

  private long waitMillis() {
    return (machine.due() - nanos(now)) / 1_000_000;
  }

  @Test
  void oneThatCrashedBefore_saysHowWhileItStarts_andNotThatItDoesNotListenYet() {
    launch();
    check("does not listen on port 1");
    assertEquals("does not listen on port 1", machine.reason());
    crash();
    now = machine.due() / 1_000_000 + 1;
    launch();
    check("does not listen on port 1");
    assertEquals(ReplicaState.STARTING, machine.state());
    assertEquals("exit code 1", machine.reason());
  }

  @Test
  void restarts_waitTwiceAsLongEachTime_upToTheMost_lessAQuarterAtMost() {
    long full = 500;
    long shortened = 0;
    for (int failure = 1; failure <= 12; failure++) {
      launch();
      crash();
      long wait = waitMillis();
      assertTrue(wait <= full && wait >= full * 3 / 4 - 1, failure + ": " + wait + " of " + full);
      shortened += wait < full ? 1 : 0;
      assertEquals(List.of(), machine.tick(machine.due() - 1), "not before its time");
      now = machine.due() / 1_000_000 + 1;
      full = Math.min(30_000, 2 * full);
    }
    assertTrue(shortened > 6, "jitter takes something off: " + shortened);
  }

  @Test
  void aThousandFailures_stillWaitTheMost() {
    for (int i = 0; i < 1_000; i++) {
      now = machine.due() / 1_000_000 + 1;
      launch();
      crash();
    }
    assertTrue(waitMillis() <= 30_000 && waitMillis() > 22_000, () -> waitMillis() + " ms");
  }

  @Test
  void fromTheThirdFailureOn_itIsACrashLoopAndSaysSo() {
    for (int failure = 1; failure <= 3; failure++) {
      launch();
      crash();
      assertEquals(
          failure < 3 ? ReplicaState.BACKING_OFF : ReplicaState.CRASH_LOOPING, machine.state());
      now = machine.due() / 1_000_000 + 1;
    }
    assertEquals("failed 3 times in a row: exit code 1", machine.reason());
    assertTrue(machine.failing());
  }

  @Test
  void failuresAreForgotten_afterItWasHealthyForAWhile_andNotBefore() {
    launch();
    crash();
    now = machine.due() / 1_000_000 + 1;
    launch();
    crash();
    long second = waitMillis();
    assertTrue(second > 500, () -> "not doubled: " + second);
    now = machine.due() / 1_000_000 + 1;
    healthy();
    for (int seconds = 0; seconds <= 61; seconds++) {
      check(null);
    }
    crash();
    assertTrue(waitMillis() <= 500, () -> "as after the first: " + waitMillis());
    assertEquals(2, machine.restarts());
  }

  @Test
  void aProcessThatCannotBeLaunched_waitsLikeOneThatCrashes() {
    assertEquals(List.of(Action.LAUNCH), machine.tick(0));
    machine.launchFailed("no such program", 0);
    assertEquals(ReplicaState.BACKING_OFF, machine.state());
    assertTrue(waitMillis() >= 374 && waitMillis() <= 500, () -> waitMillis() + " ms");
  }

  @Test
  void health_needsSoManyInARow_eitherWay() {
    launch();
    check(null);
    assertEquals(ReplicaState.STARTING, machine.state());
    check(null);
    assertEquals(ReplicaState.HEALTHY, machine.state());
    check("503");
    check("503");
    check(null);
    check("503");
    check("503");
    assertEquals(ReplicaState.HEALTHY, machine.state(), "never three in a row");
    check("503");
    assertEquals(ReplicaState.UNHEALTHY, machine.state());
    assertEquals("503", machine.reason());
    check(null);
    check(null);
    assertEquals(ReplicaState.HEALTHY, machine.state());
  }

  @Test
  void failedChecksOfTheStartPeriod_doNotCount() {
    launch();
    for (int i = 0; i < 5; i++) {
      check("not yet");
    }
    assertEquals(ReplicaState.STARTING, machine.state());
    check("503");
    check("503");
    assertEquals(ReplicaState.STARTING, machine.state());
    check("503");
    assertEquals(ReplicaState.UNHEALTHY, machine.state());
  }

  @Test
  void unhealthyForTooLong_isEndedAndStartedAgain() {
    healthy();
    check("503");
    check("503");
    check("503");
    now += 20_000;
    assertEquals(List.of(Action.TERM), machine.tick(nanos(now)));
    assertEquals(List.of(Action.SWEEP), machine.ended("SIGTERM", nanos(now)));
    assertEquals(ReplicaState.BACKING_OFF, machine.state());
    assertEquals("unhealthy for too long: 503", machine.reason());
  }

  @Test
  void stop_drains_asksAndThenKills_andNeverStartsAgain() {
    healthy();
    assertEquals(List.of(Action.DRAIN), machine.stop(nanos(now)));
    assertEquals(ReplicaState.DRAINING, machine.state());
    now += 1_000;
    assertEquals(List.of(Action.TERM), machine.drained(nanos(now)));
    assertEquals(List.of(), machine.tick(nanos(now + 9_999)), "within its grace");
    now += 10_000;
    assertEquals(List.of(Action.KILL), machine.tick(nanos(now)));
    now += 1_000;
    assertEquals(List.of(Action.KILL), machine.tick(nanos(now)), "again while it lives");
    assertEquals(List.of(Action.SWEEP), machine.ended("SIGKILL", nanos(now)));
    assertEquals(ReplicaState.STOPPED, machine.state());
    assertFalse(machine.failing());
    assertEquals(List.of(), machine.tick(nanos(now + 1_000_000)));
  }

  @Test
  void draining_isBounded() {
    healthy();
    machine.stop(nanos(now));
    now += 10_000;
    assertEquals(List.of(Action.TERM), machine.tick(nanos(now)));
  }

  @Test
  void stopDuringARestart_wins() {
    healthy();
    assertEquals(List.of(Action.TERM), machine.restart("asked for", nanos(now)));
    machine.stop(nanos(now));
    machine.ended("SIGTERM", nanos(now));
    assertEquals(ReplicaState.STOPPED, machine.state());
  }
}
