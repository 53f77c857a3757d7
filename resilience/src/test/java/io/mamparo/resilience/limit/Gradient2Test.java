package io.mamparo.resilience.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Gradient2Test {
  private static final long MS = 1_000_000;
  private final Gradient2 limit = new Gradient2(Gradient2.Config.defaults());

  @Test
  void grows_whileLatencyHoldsAndTheLimitIsUsed() {
    int before = limit.current();
    for (int i = 0; i < 400; i++) {
      int now = limit.update(10 * MS, limit.current(), false);
      assertTrue(now >= before);
      before = now;
    }
    assertEquals(200, limit.current());
  }

  @Test
  void standsStill_whileLessThanHalfIsUsed() {
    for (int i = 0; i < 100; i++) {
      limit.update(10 * MS, 9, false);
    }
    assertEquals(20, limit.current());
  }

  @Test
  void shrinks_whenLatencyRisesBeyondTheTolerance() {
    for (int i = 0; i < 400; i++) {
      limit.update(10 * MS, limit.current(), false);
    }
    for (int i = 0; i < 20; i++) {
      limit.update(100 * MS, limit.current(), false);
    }
    assertTrue(limit.current() < 40, "still " + limit.current());
  }

  @Test
  void oneUpdate_isTheFormula() {
    Gradient2 fresh = new Gradient2(new Gradient2.Config(100, 20, 200, 1.5, 0.2, 4, 600));
    fresh.update(10 * MS, 100, false);
    // g = 1: 0.8 * 100 + 0.2 * (100 + 4)
    assertEquals(100, fresh.current());
    fresh.update(30 * MS, 100, false);
    // The mean of both is 20 ms, so that g = 1.5 * 20 / 30 = 1, and L = 100.8 + 0.8.
    assertEquals(101, fresh.current());
    fresh.update(80 * MS, 100, false);
    // mean 40 ms, g = 0.75: 0.8 * 101.6 + 0.2 * (0.75 * 101.6 + 4) = 97.32
    assertEquals(97, fresh.current());
  }

  @Test
  void drops_shrinkItByATenth() {
    Gradient2 fresh = new Gradient2(new Gradient2.Config(100, 20, 200, 1.5, 0.2, 4, 600));
    assertEquals(90, fresh.update(10 * MS, 100, true));
    assertEquals(81, fresh.update(Limit.NO_LATENCY, 100, true));
  }

  @Test
  void recovers_whenTheLongTermMeanWasTakenInAnOverload() {
    for (int i = 0; i < 50; i++) {
      limit.update(1000 * MS, limit.current(), false);
    }
    for (int i = 0; i < 300; i++) {
      limit.update(10 * MS, limit.current(), false);
    }
    int calm = limit.current();
    for (int i = 0; i < 20; i++) {
      limit.update(100 * MS, limit.current(), false);
    }
    assertTrue(limit.current() < calm / 2, "the old mean still hides a tenfold latency");
  }
}
