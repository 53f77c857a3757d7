package io.mamparo.resilience.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RateLimitTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void take_allowsTheBurst_thenTellsHowLongToWait() {
    RateLimit limit = new RateLimit(10, 3, false);
    for (int i = 0; i < 3; i++) {
      assertEquals(0, limit.take(0, SECOND));
    }
    assertEquals(SECOND / 10, limit.take(0, SECOND));
    assertEquals(1, limit.refused());
    assertEquals(0, limit.take(0, SECOND + SECOND / 10));
    assertEquals(SECOND / 10, limit.take(0, SECOND + SECOND / 10));
  }

  @Test
  void take_keepsTheRateOverALongTime() {
    RateLimit limit = new RateLimit(100, 10, false);
    int allowed = 0;
    for (long now = 0; now < 10 * SECOND; now += SECOND / 1000) {
      allowed += limit.take(0, now) == 0 ? 1 : 0;
    }
    assertTrue(Math.abs(allowed - 1010) <= 2, "allowed " + allowed);
  }

  @Test
  void take_givesEachKeyItsOwnBucket() {
    RateLimit limit = new RateLimit(1, 1, true);
    assertEquals(0, limit.take(77, 0));
    assertEquals(0, limit.take(78, 0));
    assertTrue(limit.take(77, 0) > 0);
    assertTrue(limit.take(78, 0) > 0);
    assertEquals(0, limit.take(77, SECOND));
  }

  @Test
  void take_staysBounded_andForgetsOnlyWhenItMust() {
    RateLimit limit = new RateLimit(1, 1, true);
    long key = 1;
    for (int i = 0; i < RateLimit.KEYS * 4; i++) {
      key = key * 6364136223846793005L + 1442695040888963407L;
      assertEquals(0, limit.take(key, 0), "a new key is never refused");
    }
    assertTrue(limit.forgotten() > 0);
    RateLimit calm = new RateLimit(1, 1, true);
    for (int i = 0; i < RateLimit.KEYS * 4; i++) {
      key = key * 6364136223846793005L + 1442695040888963407L;
      calm.take(key, i * SECOND * 2L);
    }
    assertEquals(0, calm.forgotten(), "full buckets need no place");
  }
}
