package io.mamparo.resilience.outlier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.outlier.FailureAccrual.Result;
import io.mamparo.testkit.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureAccrualTest {
  private final VirtualClock clock = new VirtualClock();
  private final FailureAccrual accrual =
      new FailureAccrual(
          new AccrualConfig(
              7,
              0.8,
              Duration.ofSeconds(10),
              5,
              Duration.ofSeconds(1),
              Duration.ofSeconds(60),
              0,
              Duration.ofSeconds(30)),
          1,
          1,
          clock.nanos());

  private long acquire() {
    return accrual.acquire(clock.nanos());
  }

  private void results(Result result, int times) {
    for (int i = 0; i < times; i++) {
      accrual.onResult(0, acquire(), result, clock.nanos());
    }
  }

  private void probe(Result result) {
    accrual.onResult(0, acquire(), result, clock.nanos());
  }

  private boolean up() {
    return accrual.available(clock.nanos());
  }

  @Test
  void sevenFailuresInARow_takeItOutThoughTheRateIsFine() {
    results(Result.SUCCESS, 100);
    results(Result.FAILURE, 6);
    assertTrue(up());
    results(Result.FAILURE, 1);
    assertFalse(up());
    assertEquals(FailureAccrual.REFUSED, acquire());
  }

  @Test
  void aLowRate_takesItOutThoughFailuresAreNotInARow() {
    results(Result.SUCCESS, 3);
    results(Result.FAILURE, 1);
    assertTrue(up(), "four results are too few");
    results(Result.FAILURE, 1);
    assertFalse(up(), "3 of 5");
  }

  @Test
  void throttledRequests_countInTheRateOnly() {
    results(Result.SUCCESS, 100);
    results(Result.THROTTLED, 25);
    assertTrue(up(), "100 of 125 is the threshold itself");
    results(Result.THROTTLED, 1);
    assertFalse(up());
  }

  @Test
  void oneProbe_bringsItBack() {
    results(Result.FAILURE, 7);
    clock.advance(Duration.ofSeconds(1));
    long probe = acquire();
    assertTrue(probe >= 0);
    assertEquals(FailureAccrual.REFUSED, acquire(), "one probe at a time");
    accrual.onResult(0, probe, Result.SUCCESS, clock.nanos());
    assertTrue(up());
    results(Result.FAILURE, 4);
    assertTrue(up(), "it begins afresh");
  }

  @Test
  void failedProbes_doubleTheBackoffUpToItsCap() {
    results(Result.FAILURE, 7);
    long[] seconds = {1, 2, 4, 8, 16, 32, 60, 60};
    for (long backoff : seconds) {
      clock.advance(Duration.ofSeconds(backoff).minusNanos(1));
      assertFalse(up());
      clock.advance(Duration.ofNanos(1));
      probe(Result.FAILURE);
    }
  }

  @Test
  void aLostProbe_countsAsFailedAndIsReplaced() {
    results(Result.FAILURE, 7);
    clock.advance(Duration.ofSeconds(1));
    long lost = acquire();
    clock.advance(Duration.ofSeconds(29));
    assertEquals(FailureAccrual.REFUSED, acquire());
    clock.advance(Duration.ofSeconds(1));
    long second = acquire();
    assertTrue(second >= 0);
    accrual.onResult(0, lost, Result.SUCCESS, clock.nanos());
    assertFalse(up(), "the lost probe's answer came too late");
    accrual.onResult(0, second, Result.FAILURE, clock.nanos());
    clock.advance(Duration.ofSeconds(4).minusNanos(1));
    assertFalse(up(), "two failed probes: four seconds");
    clock.advance(Duration.ofNanos(1));
    assertTrue(up());
  }

  @Test
  void lateResultsOfTheTimeBefore_areDropped() {
    long old = acquire();
    results(Result.FAILURE, 7);
    clock.advance(Duration.ofSeconds(1));
    acquire();
    accrual.onResult(0, old, Result.SUCCESS, clock.nanos());
    assertFalse(up());
  }
}
