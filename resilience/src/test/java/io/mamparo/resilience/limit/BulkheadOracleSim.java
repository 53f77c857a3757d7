package io.mamparo.resilience.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.mamparo.resilience.Seed;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * The same seeded comings and goings through ours and through resilience4j's semaphore without
 * waiting: who is let in, and how many are inside, must agree at every step, also after the limit
 * was changed with some inside. Never below those: resilience4j then waits until enough have left,
 * ours lets them leave.
 */
class BulkheadOracleSim {
  private static final int RUNS = 100;
  private static final int STEPS = 5_000;

  private static BulkheadConfig limit(int limit) {
    return BulkheadConfig.custom()
        .maxConcurrentCalls(limit)
        .maxWaitDuration(Duration.ZERO)
        .writableStackTraceEnabled(false)
        .build();
  }

  @Test
  void everySequence_agreesWithResilience4j() {
    long seed = Seed.of("BulkheadOracleSim");
    long refused = 0;
    for (int run = 0; run < RUNS; run++) {
      RandomGenerator random = Seed.random(seed + run);
      int limit = random.nextInt(0, 40);
      Bulkhead ours = new Bulkhead(limit, 1);
      var oracle = io.github.resilience4j.bulkhead.Bulkhead.of("oracle", limit(limit));
      int inside = 0;
      for (int step = 0; step < STEPS; step++) {
        String where = "seed " + seed + ", run " + run + ", step " + step;
        if (random.nextInt(500) == 0) {
          limit = random.nextInt(inside, 40);
          ours.resize(limit);
          oracle.changeConfig(limit(limit));
        } else if (random.nextInt(100) < 55) {
          boolean entered = ours.enter(0);
          assertEquals(oracle.tryAcquirePermission(), entered, where);
          inside += entered ? 1 : 0;
          refused += entered ? 0 : 1;
        } else if (inside > 0) {
          ours.leave();
          oracle.onComplete();
          inside--;
        }
        assertEquals(inside, ours.inFlight(), where);
        assertEquals(oracle.getMetrics().getAvailableConcurrentCalls(), limit - inside, where);
        assertEquals(oracle.getMetrics().getMaxAllowedConcurrentCalls(), ours.limit(), where);
      }
    }
    assertTrue(refused > 10_000, "hardly ever full: " + refused);
  }
}
