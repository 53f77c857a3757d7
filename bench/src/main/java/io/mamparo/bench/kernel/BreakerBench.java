package io.mamparo.bench.kernel;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.breaker.WindowSpec;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a call through a breaker costs: a closed one that lets it through and hears of its success,
 * and an open one that refuses. Both sides read the clock twice for a call, as their users do: once
 * before it and once after.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BreakerBench {
  private static final int CALLS = 100;
  private static final int SECONDS = 10;

  private final BreakerConfig config =
      BreakerConfig.defaults().withOpenFor(Duration.ofDays(1)).withSlowCall(Duration.ofDays(1));
  private Breaker timed = breaker(config);
  private Breaker counted = breaker(config.withWindow(new WindowSpec.OfCalls(CALLS)));
  private Breaker open = breaker(config);
  private CircuitBreaker rivalTimed =
      rival(SlidingWindowType.TIME_BASED, SlidingWindowSynchronizationStrategy.SYNCHRONIZED);
  private CircuitBreaker rivalCounted =
      rival(SlidingWindowType.COUNT_BASED, SlidingWindowSynchronizationStrategy.SYNCHRONIZED);
  private CircuitBreaker rivalTimedLockFree =
      rival(SlidingWindowType.TIME_BASED, SlidingWindowSynchronizationStrategy.LOCK_FREE);
  private CircuitBreaker rivalCountedLockFree =
      rival(SlidingWindowType.COUNT_BASED, SlidingWindowSynchronizationStrategy.LOCK_FREE);
  private CircuitBreaker rivalOpen =
      rival(SlidingWindowType.TIME_BASED, SlidingWindowSynchronizationStrategy.SYNCHRONIZED);

  private static Breaker breaker(BreakerConfig config) {
    return new Breaker("bench", config, Stripe.MOST, BreakerListener.NONE, System.nanoTime());
  }

  private static CircuitBreaker rival(
      SlidingWindowType type, SlidingWindowSynchronizationStrategy strategy) {
    boolean byCalls = type == SlidingWindowType.COUNT_BASED;
    return CircuitBreaker.of(
        "bench",
        CircuitBreakerConfig.custom()
            .slidingWindow(byCalls ? CALLS : SECONDS, 20, type, strategy)
            .waitDurationInOpenState(Duration.ofDays(1))
            .slowCallDurationThreshold(Duration.ofDays(1))
            .build());
  }

  /** Opens those that are to refuse. */
  @Setup
  public void trip() {
    open.trip(System.nanoTime());
    rivalOpen.transitionToOpenState();
  }

  private static long call(Breaker breaker, int stripe) {
    long start = System.nanoTime();
    long permit = breaker.acquire(stripe, start);
    if (permit >= 0) {
      long end = System.nanoTime();
      breaker.onSuccess(stripe, permit, end - start, end);
    }
    return permit;
  }

  private static boolean call(CircuitBreaker breaker) {
    boolean permitted = breaker.tryAcquirePermission();
    if (permitted) {
      long start = breaker.getCurrentTimestamp();
      breaker.onSuccess(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit());
    }
    return permitted;
  }

  /** Ours, over ten seconds. */
  @Benchmark
  public long closedOverTime(Stripe stripe) {
    return call(timed, stripe.index);
  }

  /** Ours, over a hundred calls. */
  @Benchmark
  public long closedOverCalls(Stripe stripe) {
    return call(counted, stripe.index);
  }

  /** Ours, refusing. */
  @Benchmark
  public long openRefuses(Stripe stripe) {
    return call(open, stripe.index);
  }

  /** Theirs, over ten seconds. */
  @Benchmark
  public boolean closedOverTimeResilience4j() {
    return call(rivalTimed);
  }

  /** Theirs, over ten seconds, lock-free. */
  @Benchmark
  public boolean closedOverTimeResilience4jLockFree() {
    return call(rivalTimedLockFree);
  }

  /** Theirs, over a hundred calls. */
  @Benchmark
  public boolean closedOverCallsResilience4j() {
    return call(rivalCounted);
  }

  /** Theirs, over a hundred calls, lock-free. */
  @Benchmark
  public boolean closedOverCallsResilience4jLockFree() {
    return call(rivalCountedLockFree);
  }

  /** Theirs, refusing. */
  @Benchmark
  public boolean openRefusesResilience4j() {
    return call(rivalOpen);
  }
}
