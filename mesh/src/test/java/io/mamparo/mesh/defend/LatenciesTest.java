package io.mamparo.mesh.defend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  @Test
  void percentile_isUnknownBeforeEnoughWasMeasured() {
    Latencies latencies = new Latencies(0);
    for (int i = 1; i < Latencies.ENOUGH; i++) {
      latencies.add(5 * MILLI, 0);
    }
    assertEquals(Latencies.UNKNOWN, latencies.percentile(0.95, 0));
    latencies.add(5 * MILLI, 0);
    assertTrue(latencies.percentile(0.95, 0) > 0);
  }

  @Test
  void percentile_isRightToAnEighth_fromMillisecondsToAMinute() {
    for (long unit = 2 * MILLI; unit <= 300 * MILLI; unit *= 3) {
      Latencies latencies = new Latencies(0);
      for (int i = 1; i <= 200; i++) {
        latencies.add(i * unit, 0);
      }
      for (double share : new double[] {0.5, 0.9, 0.95, 0.99}) {
        double wanted = share * 200 * unit;
        double found = (double) latencies.percentile(share, 0);
        assertTrue(found >= wanted * 0.99 && found <= wanted * 1.13, wanted + ": " + found);
      }
    }
  }

  @Test
  void percentile_isAtLeastAMillisecond_andBounded() {
    Latencies latencies = new Latencies(0);
    for (int i = 0; i < 200; i++) {
      latencies.add(i % 2 == 0 ? 0 : Long.MAX_VALUE, 0);
    }
    assertEquals(MILLI, latencies.percentile(0.5, 0));
    assertTrue(latencies.percentile(0.99, 0) > 60 * SECOND);
  }

  @Test
  void percentile_forgetsWhatIsTwoWindowsOld() {
    Latencies latencies = new Latencies(0);
    for (int i = 0; i < 200; i++) {
      latencies.add(SECOND, 0);
    }
    assertTrue(latencies.percentile(0.5, 12 * SECOND) >= SECOND);
    for (int i = 0; i < 200; i++) {
      latencies.add(10 * MILLI, 23 * SECOND);
    }
    assertTrue(latencies.percentile(0.95, 23 * SECOND) < 12 * MILLI);
    assertEquals(Latencies.UNKNOWN, latencies.percentile(0.95, 60 * SECOND));
  }

  @Test
  void percentile_followsWhatIsMeasured() {
    Latencies latencies = new Latencies(0);
    for (int i = 0; i < 100; i++) {
      latencies.add(10 * MILLI, 0);
    }
    assertTrue(latencies.percentile(0.5, 0) < 12 * MILLI);
    for (int i = 0; i < 200; i++) {
      latencies.add(100 * MILLI, 0);
    }
    assertTrue(latencies.percentile(0.5, 0) >= 100 * MILLI);
  }

  @Test
  void calledOffTry_raisesTheEstimateOnly() {
    PeakEwma ewma = new PeakEwma(0);
    double before = ewma.cost(0, 0);
    ewma.atLeast(MILLI, 0);
    assertEquals(before, ewma.cost(0, 0));
    ewma.atLeast(SECOND, 0);
    assertEquals(1e9, ewma.cost(0, 0));
  }
}
