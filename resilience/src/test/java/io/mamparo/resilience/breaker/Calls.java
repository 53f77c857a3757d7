package io.mamparo.resilience.breaker;

import io.mamparo.testkit.VirtualClock;
import java.time.Duration;

/** A breaker with a clock of its own, and calls in words. */
final class Calls {
  static final long FAST = Duration.ofMillis(5).toNanos();
  static final long SLOW = Duration.ofMillis(1500).toNanos();

  final VirtualClock clock = new VirtualClock();
  final Transitions transitions = new Transitions();
  final Breaker breaker;

  Calls(BreakerConfig config) {
    breaker = new Breaker("cars", config, 2, transitions, clock.nanos());
  }

  long acquire() {
    return breaker.acquire(0, clock.nanos());
  }

  void succeed(int times) {
    for (int i = 0; i < times; i++) {
      breaker.onSuccess(i & 1, breaker.acquire(i & 1, clock.nanos()), FAST, clock.nanos());
    }
  }

  void fail(int times) {
    for (int i = 0; i < times; i++) {
      breaker.onFailure(i & 1, breaker.acquire(i & 1, clock.nanos()), FAST, clock.nanos());
    }
  }

  void crawl(int times) {
    for (int i = 0; i < times; i++) {
      breaker.onSuccess(i & 1, breaker.acquire(i & 1, clock.nanos()), SLOW, clock.nanos());
    }
  }

  void pass(Duration time) {
    clock.advance(time);
  }

  BreakerState state() {
    return breaker.state();
  }

  BreakerSnapshot snapshot() {
    return breaker.snapshot(clock.nanos());
  }
}
