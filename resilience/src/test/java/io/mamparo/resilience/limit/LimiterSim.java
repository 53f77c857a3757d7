package io.mamparo.resilience.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.Seed;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A server with a fixed number of workers behind the limiter, in virtual time. */
class LimiterSim {
  private record Job(long started, long ends) {}

  @Test
  void overload_isRefusedAndLatencyStaysNearThatOfAnIdleServer() {
    long seed = Seed.of("LimiterSim");
    RandomGenerator random = Seed.random(seed);
    int workers = 40;
    long service = 10_000_000;
    Limiter limiter =
        new Limiter(new Gradient2(new Gradient2.Config(20, 5, 1000, 1.5, 0.2, 4, 600)), 2, 0);
    PriorityQueue<Long> free = new PriorityQueue<>();
    for (int i = 0; i < workers; i++) {
      free.add(0L);
    }
    PriorityQueue<Job> jobs = new PriorityQueue<>((a, b) -> Long.compare(a.ends(), b.ends()));
    long now = 0;
    long done = 0;
    long waited = 0;
    // The server can do 4000 a second and is asked for 8000, for two minutes.
    while (now < 120_000_000_000L) {
      now += (long) (-Math.log(1 - random.nextDouble()) * 125_000);
      while (!jobs.isEmpty() && jobs.peek().ends() <= now) {
        Job job = jobs.remove();
        limiter.leave((int) (done & 1), job.ends() - job.started(), job.ends());
        done++;
        waited += job.ends() - job.started() - service;
      }
      if (limiter.enter(0)) {
        long begins = Math.max(now, free.remove());
        free.add(begins + service);
        jobs.add(new Job(now, begins + service));
      }
    }
    double perSecond = done / 120.0;
    double meanWaitMs = waited / 1e6 / done;
    assertTrue(perSecond > 3_600, "only " + perSecond + " a second, seed " + seed);
    assertTrue(meanWaitMs < 30, "waits " + meanWaitMs + " ms at the server, seed " + seed);
    assertTrue(limiter.bulkhead().refused() > 100_000);
  }

  @Test
  void enter_refusesAtTheLimit() {
    Limiter limiter = new Limiter(new Gradient2(Gradient2.Config.defaults()), 1, 0);
    for (int i = 0; i < 20; i++) {
      assertTrue(limiter.enter(0));
    }
    assertFalse(limiter.enter(0));
    limiter.leaveIgnored();
    assertTrue(limiter.enter(0));
  }

  @Test
  void aWindow_needsTimeAndMeasurements() {
    Limiter limiter = new Limiter(new Gradient2(Gradient2.Config.defaults()), 1, 0);
    for (int i = 0; i < 20; i++) {
      limiter.enter(0);
    }
    for (int i = 0; i < 9; i++) {
      limiter.leave(0, 1_000_000, Limiter.WINDOW_NANOS);
    }
    assertEquals(20, limiter.bulkhead().limit());
    limiter.leaveDropped(0, Limiter.WINDOW_NANOS);
    assertEquals(20, limiter.bulkhead().limit(), "the minimum");
    for (int window = 2; window < 40; window++) {
      while (limiter.enter(0)) {}
      for (int i = 0; i < 10; i++) {
        limiter.leave(0, 1_000_000, window * Limiter.WINDOW_NANOS);
      }
    }
    assertTrue(limiter.bulkhead().limit() > 25);
  }
}
