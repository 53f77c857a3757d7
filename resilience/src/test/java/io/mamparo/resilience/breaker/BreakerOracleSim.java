package io.mamparo.resilience.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.mamparo.resilience.Seed;
import io.mamparo.testkit.VirtualClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The same seeded sequences of calls into ours and into resilience4j: permits, states and rates
 * must agree at every step, for count windows and for time windows of one-second slices. Results
 * are reported before the state they belong to has ended, because after that the two differ on
 * purpose: ours drops late results, resilience4j counts them.
 */
class BreakerOracleSim {
  private static final int RUNS = 60;
  private static final int STEPS = 4_000;

  @Test
  void everySequence_agreesWithResilience4j() {
    long seed = Seed.of("BreakerOracleSim");
    Map<BreakerState, Integer> visits = new EnumMap<>(BreakerState.class);
    for (int run = 0; run < RUNS; run++) {
      new Run(seed + run).play(visits);
    }
    for (BreakerState state : BreakerState.values()) {
      assertTrue(visits.getOrDefault(state, 0) > 1_000, "hardly ever " + state + ": " + visits);
    }
  }

  private static final class Run {
    private final long seed;
    private final RandomGenerator random;
    private final VirtualClock clock = new VirtualClock();
    private final Breaker ours;
    private final CircuitBreaker oracle;
    private double failing = 0.2;
    private double crawling = 0.1;
    private int step;

    Run(long seed) {
      this.seed = seed;
      this.random = Seed.random(seed);
      boolean counted = random.nextBoolean();
      int size = counted ? random.nextInt(1, 120) : random.nextInt(2, 30);
      int minimum = random.nextInt(1, counted ? size + 1 : 40);
      int failureRate = random.nextInt(1, 21) * 5;
      int slowRate = random.nextInt(1, 21) * 5;
      int probes = random.nextInt(1, 20);
      Duration open = Duration.ofMillis(random.nextInt(1, 20_000));
      ours =
          new Breaker(
              "ours",
              new BreakerConfig(
                  counted
                      ? new WindowSpec.OfCalls(size)
                      : new WindowSpec.OfTime(Duration.ofSeconds(size), size),
                  minimum,
                  failureRate / 100.0,
                  Duration.ofSeconds(1),
                  slowRate / 100.0,
                  open,
                  probes,
                  Duration.ofDays(1000)),
              1,
              BreakerListener.NONE,
              clock.nanos());
      oracle = oracle(counted, size, minimum, failureRate, slowRate, probes, open);
    }

    private CircuitBreaker oracle(
        boolean counted, int size, int minimum, int failures, int slow, int probes, Duration open) {
      return CircuitBreaker.of(
          "oracle",
          CircuitBreakerConfig.custom()
              .slidingWindow(
                  size,
                  minimum,
                  counted
                      ? CircuitBreakerConfig.SlidingWindowType.COUNT_BASED
                      : CircuitBreakerConfig.SlidingWindowType.TIME_BASED)
              .failureRateThreshold(failures)
              .slowCallRateThreshold(slow)
              .slowCallDurationThreshold(Duration.ofSeconds(1))
              .permittedNumberOfCallsInHalfOpenState(probes)
              .waitDurationInOpenState(open)
              .clock(new OracleClock(clock))
              .build());
    }

    void play(Map<BreakerState, Integer> visits) {
      for (step = 0; step < STEPS; step++) {
        if (random.nextInt(100) == 0) {
          failing = random.nextDouble();
          crawling = random.nextDouble() * random.nextDouble();
        }
        clock.advance(Duration.ofNanos(1 + random.nextLong(pause())));
        batch(random.nextInt(10) == 0 ? random.nextInt(1, 15) : 1);
        agree();
        visits.merge(ours.state(), 1, Integer::sum);
      }
    }

    private long pause() {
      return switch (random.nextInt(50)) {
        case 0 -> 30_000_000_000L;
        case 1, 2, 3 -> 2_000_000_000L;
        default -> 100_000_000L;
      };
    }

    /**
     * Several calls at a time, which end in any order; those that outlive the state are given up.
     */
    private void batch(int size) {
      List<Long> permits = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        long permit = ours.acquire(0, clock.nanos());
        assertEquals(oracle.tryAcquirePermission(), permit >= 0, this::where);
        if (permit >= 0) {
          permits.add(permit);
        }
      }
      Collections.shuffle(permits, Random.from(random));
      BreakerState during = ours.state();
      for (long permit : permits) {
        if (ours.state() == during) {
          end(permit);
          agree();
        }
      }
    }

    private void end(long permit) {
      long took = random.nextDouble() < crawling ? 1_000_000_001L : 1_000_000_000L;
      if (random.nextInt(20) == 0) {
        ours.onIgnored(0, permit, clock.nanos());
        oracle.releasePermission();
      } else if (random.nextDouble() < failing) {
        ours.onFailure(0, permit, took, clock.nanos());
        oracle.onError(took, TimeUnit.NANOSECONDS, new Exception("failed"));
      } else {
        ours.onSuccess(0, permit, took, clock.nanos());
        oracle.onSuccess(took, TimeUnit.NANOSECONDS);
      }
    }

    private void agree() {
      assertEquals(oracle.getState().name(), ours.state().name(), this::where);
      if (ours.state() != BreakerState.OPEN) {
        BreakerSnapshot snapshot = ours.snapshot(clock.nanos());
        CircuitBreaker.Metrics metrics = oracle.getMetrics();
        assertEquals(metrics.getNumberOfFailedCalls(), snapshot.failures(), this::where);
        assertEquals(metrics.getNumberOfSlowCalls(), snapshot.slow(), this::where);
        assertEquals(metrics.getNumberOfBufferedCalls(), snapshot.calls(), this::where);
      }
    }

    private String where() {
      return "run with seed " + seed + ", step " + step + ", " + ours.snapshot(clock.nanos());
    }
  }

  /** Virtual time in the form resilience4j takes it. */
  private static final class OracleClock extends Clock {
    private final VirtualClock clock;

    OracleClock(VirtualClock clock) {
      this.clock = clock;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(0, clock.epochNanos());
    }
  }
}
