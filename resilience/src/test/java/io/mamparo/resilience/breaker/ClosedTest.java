package io.mamparo.resilience.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosedTest {
  private final Calls calls = new Calls(BreakerConfig.defaults());

  @Test
  void closed_judgesNothingBelowTheMinimum() {
    calls.fail(19);
    assertEquals(BreakerState.CLOSED, calls.state());
    calls.fail(1);
    assertEquals(BreakerState.OPEN, calls.state());
  }

  @Test
  void closed_opensAtTheFailureRateAndNotBelow() {
    calls.succeed(10);
    calls.fail(9);
    assertEquals(BreakerState.CLOSED, calls.state());
    calls.fail(1);
    assertEquals(BreakerState.OPEN, calls.state());
    assertEquals(List.of("closed -> open: failures"), calls.transitions.texts());
    Transitions.Told told = calls.transitions.told.getFirst();
    assertEquals(20, told.calls());
    assertEquals(10, told.failures());
    assertEquals(1, told.generation());
  }

  @Test
  void closed_aSuccessThatCompletesTheMinimumCanOpenIt() {
    calls.fail(12);
    calls.succeed(7);
    assertEquals(BreakerState.CLOSED, calls.state());
    calls.succeed(1);
    assertEquals(BreakerState.OPEN, calls.state());
  }

  @Test
  void closed_opensWhenAllCallsAreSlow() {
    calls.crawl(20);
    assertEquals(List.of("closed -> open: slow calls"), calls.transitions.texts());
  }

  @Test
  void closed_oneFastCallKeepsTheDefaultSlowRateFromBiting() {
    calls.succeed(1);
    calls.crawl(200);
    assertEquals(BreakerState.CLOSED, calls.state());
    assertEquals(200, calls.snapshot().slow());
  }

  @Test
  void closed_forgetsWhatHasLeftTheTimeWindow() {
    calls.fail(19);
    calls.pass(Duration.ofSeconds(9));
    assertEquals(19, calls.snapshot().failures());
    calls.pass(Duration.ofSeconds(1));
    assertEquals(0, calls.snapshot().failures());
    calls.fail(19);
    assertEquals(BreakerState.CLOSED, calls.state());
  }

  @Test
  void closed_forgetsSliceBySlice() {
    for (int second = 0; second < 10; second++) {
      calls.succeed(3);
      calls.pass(Duration.ofSeconds(1));
    }
    assertEquals(27, calls.snapshot().calls());
    calls.pass(Duration.ofSeconds(4));
    assertEquals(15, calls.snapshot().calls());
    calls.pass(Duration.ofHours(3));
    assertEquals(0, calls.snapshot().calls());
  }

  @Test
  void closed_ignoredCallsLeaveNoTrace() {
    for (int i = 0; i < 100; i++) {
      calls.breaker.onIgnored(0, calls.acquire(), calls.clock.nanos());
    }
    assertEquals(0, calls.snapshot().calls());
    assertEquals(0, calls.snapshot().late());
  }

  @Test
  void closed_aCountWindowHoldsTheLastCallsOnly() {
    Calls counted = new Calls(BreakerConfig.defaults().withWindow(new WindowSpec.OfCalls(20)));
    counted.fail(9);
    counted.succeed(20);
    assertEquals(0, counted.snapshot().failures());
    counted.fail(9);
    assertEquals(BreakerState.CLOSED, counted.state());
    counted.fail(1);
    assertEquals(BreakerState.OPEN, counted.state());
  }

  @Test
  void closed_aCountWindowSmallerThanTheMinimumIsJudgedWhenFull() {
    Calls counted = new Calls(BreakerConfig.defaults().withWindow(new WindowSpec.OfCalls(5)));
    counted.fail(4);
    assertEquals(BreakerState.CLOSED, counted.state());
    counted.fail(1);
    assertEquals(BreakerState.OPEN, counted.state());
  }
}
