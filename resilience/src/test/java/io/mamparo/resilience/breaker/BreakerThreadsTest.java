package io.mamparo.resilience.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BreakerThreadsTest {
  private static final int THREADS = 4;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noResultIsLostAndEachTransitionIsToldOnce(boolean counted) throws Exception {
    BreakerConfig config =
        BreakerConfig.defaults()
            .withWindow(
                counted
                    ? new WindowSpec.OfCalls(50)
                    : new WindowSpec.OfTime(Duration.ofMillis(20), 10))
            .withMinimumCalls(20)
            .withOpenFor(Duration.ofNanos(200_000))
            .withProbes(3);
    Transitions transitions = new Transitions();
    Breaker breaker = new Breaker("b", config, THREADS, transitions, System.nanoTime());
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger granted = new AtomicInteger();
    together(
        stripe -> {
          int got = 0;
          for (int i = 0; i < 200_000; i++) {
            long permit = breaker.acquire(stripe, System.nanoTime());
            if (permit >= 0) {
              got++;
              // Whole stretches fail, so that it opens, and others succeed, so that it closes.
              if ((i >> 12 & 1) == 0) {
                breaker.onFailure(stripe, permit, 10, System.nanoTime());
              } else {
                breaker.onSuccess(stripe, permit, 10, System.nanoTime());
              }
            }
          }
          asked.addAndGet(200_000);
          granted.addAndGet(got);
        });
    BreakerSnapshot end = breaker.snapshot(System.nanoTime());
    assertEquals(asked.get(), granted.get() + end.rejected());
    assertEquals(end.generation(), transitions.told.size());
    Set<Long> generations = new HashSet<>();
    transitions.told.forEach(told -> assertTrue(generations.add(told.generation())));
    assertTrue(end.generation() > 2, "it never came back: " + transitions.texts());
    List<Transitions.Told> path = new ArrayList<>(transitions.told);
    path.sort((a, b) -> Long.compare(a.generation(), b.generation()));
    for (int i = 1; i < path.size(); i++) {
      assertEquals(path.get(i - 1).to(), path.get(i).from());
    }
  }

  @Test
  void closed_theTimeWindowCountsEveryResultOfEveryStripe() throws Exception {
    BreakerConfig config =
        BreakerConfig.defaults()
            .withWindow(new WindowSpec.OfTime(Duration.ofHours(1), 10))
            .withFailureRate(1);
    long now = System.nanoTime();
    Breaker breaker = new Breaker("b", config, THREADS, BreakerListener.NONE, now);
    together(
        stripe -> {
          for (int i = 0; i < 100_000; i++) {
            long permit = breaker.acquire(stripe, now);
            if (i % 4 == 0) {
              breaker.onSuccess(stripe, permit, 2_000_000_000L, now);
            } else {
              breaker.onSuccess(stripe, permit, 1, now);
            }
          }
        });
    assertEquals(400_000, breaker.snapshot(now).calls());
    assertEquals(100_000, breaker.snapshot(now).slow());
  }

  @Test
  void halfOpen_neverLetsMoreProbesThroughThanItsBound() throws Exception {
    for (int round = 0; round < 200; round++) {
      Breaker breaker =
          new Breaker("b", BreakerConfig.defaults(), THREADS, BreakerListener.NONE, 0);
      breaker.trip(0);
      long later = Duration.ofSeconds(10).toNanos();
      AtomicInteger through = new AtomicInteger();
      together(
          stripe -> {
            for (int i = 0; i < 10; i++) {
              if (breaker.acquire(stripe, later) >= 0) {
                through.incrementAndGet();
              }
            }
          });
      assertEquals(10, through.get());
      assertEquals(2, breaker.snapshot(later).generation());
    }
  }

  private interface Body {
    void run(int stripe);
  }

  private static void together(Body body) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int stripe = i;
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  body.run(stripe);
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    }
  }
}
