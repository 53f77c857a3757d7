package io.mamparo.resilience.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final Calls calls = new Calls(BreakerConfig.defaults());

  @Test
  void defaults_areTheDocumentedOnes() {
    BreakerConfig config = BreakerConfig.defaults();
    assertEquals(new WindowSpec.OfTime(Duration.ofSeconds(10), 10), config.window());
    assertEquals(20, config.minimumCalls());
    assertEquals(0.5, config.failureRate());
    assertEquals(Duration.ofSeconds(1), config.slowCall());
    assertEquals(1.0, config.slowRate());
    assertEquals(Duration.ofSeconds(10), config.openFor());
    assertEquals(10, config.probes());
    assertEquals(Duration.ofSeconds(30), config.probeTimeout());
  }

  @Test
  void config_refusesWhatMakesNoSense() {
    BreakerConfig config = BreakerConfig.defaults();
    assertThrows(IllegalArgumentException.class, () -> config.withFailureRate(0));
    assertThrows(IllegalArgumentException.class, () -> config.withFailureRate(1.01));
    assertThrows(IllegalArgumentException.class, () -> config.withSlowRate(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> config.withMinimumCalls(0));
    assertThrows(IllegalArgumentException.class, () -> config.withProbes(0));
    assertThrows(IllegalArgumentException.class, () -> config.withOpenFor(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> new WindowSpec.OfCalls(1 << 20));
    assertThrows(
        IllegalArgumentException.class, () -> new WindowSpec.OfTime(Duration.ofSeconds(1), 0));
  }

  @Test
  void trip_opensWhateverTheResults() {
    calls.succeed(100);
    calls.breaker.trip(calls.clock.nanos());
    assertEquals(Breaker.REFUSED_OPEN, calls.acquire());
    assertEquals(List.of("closed -> open: tripped"), calls.transitions.texts());
  }

  @Test
  void reset_closesWithAnEmptyWindow() {
    calls.fail(20);
    calls.breaker.reset(calls.clock.nanos());
    assertEquals(BreakerState.CLOSED, calls.state());
    calls.fail(19);
    assertEquals(BreakerState.CLOSED, calls.state());
  }

  @Test
  void reconfigure_anOpenBreakerGetsTheNewDelayFromItsBeginning() {
    calls.fail(20);
    calls.pass(Duration.ofSeconds(2));
    calls.breaker.reconfigure(
        BreakerConfig.defaults().withOpenFor(Duration.ofSeconds(3)), calls.clock.nanos());
    assertEquals(Breaker.REFUSED_OPEN, calls.acquire());
    calls.pass(Duration.ofSeconds(1));
    assertTrue(calls.acquire() >= 0);
  }

  @Test
  void reconfigure_aClosedBreakerBeginsAgainUnderTheNewThresholds() {
    calls.fail(19);
    long late = calls.acquire();
    calls.breaker.reconfigure(BreakerConfig.defaults().withMinimumCalls(2), calls.clock.nanos());
    calls.breaker.onFailure(0, late, 1, calls.clock.nanos());
    calls.fail(1);
    assertEquals(BreakerState.CLOSED, calls.state());
    calls.fail(1);
    assertEquals(BreakerState.OPEN, calls.state());
    assertEquals(1, calls.snapshot().late());
  }

  @Test
  void time_mayBeNegativeAndWrap() {
    long now = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
    Breaker breaker = new Breaker("b", BreakerConfig.defaults(), 1, BreakerListener.NONE, now);
    for (int i = 0; i < 20; i++) {
      breaker.onFailure(0, breaker.acquire(0, now), 1, now);
    }
    long later = now + Duration.ofSeconds(9).toNanos();
    assertTrue(later < 0);
    assertEquals(Breaker.REFUSED_OPEN, breaker.acquire(0, later));
    assertTrue(breaker.acquire(0, now + Duration.ofSeconds(10).toNanos()) >= 0);
  }
}
