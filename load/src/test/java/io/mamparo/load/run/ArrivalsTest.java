package io.mamparo.load.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.mamparo.load.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static List<Long> all(Pace pace) {
    Arrivals arrivals = new Arrivals(pace, List.of(1));
    List<Long> starts = new ArrayList<>();
    for (long at = arrivals.next(); at >= 0; at = arrivals.next()) {
      starts.add(at);
    }
    return starts;
  }

  @Test
  void constant_isEvenWithoutDriftAndEndsWithTheDuration() {
    List<Long> starts = all(Pace.constant(3, Duration.ofHours(1)));
    assertEquals(10_800, starts.size());
    assertEquals(0, starts.get(0));
    assertEquals(333_333_333, starts.get(1));
    assertEquals(3_599_000_000_000L, starts.get(10_797));
  }

  @Test
  void poisson_hasTheRateAndTheSpreadOfOneAndTheSameSeedRepeatsIt() {
    Pace pace = Pace.poisson(100, Duration.ofMinutes(20), 42);
    List<Long> starts = all(pace);
    assertEquals(starts, all(pace));
    assertNotEquals(starts, all(Pace.poisson(100, Duration.ofMinutes(20), 43)));
    assertEquals(120_000, starts.size(), 1_500);
    double squares = 0;
    for (int i = 1; i < starts.size(); i++) {
      double gap = (starts.get(i) - starts.get(i - 1)) / 1e7;
      squares += (gap - 1) * (gap - 1);
    }
    assertEquals(1, squares / starts.size(), 0.05, "the variance of exponential gaps");
  }

  @Test
  void kinds_comeByWeight() {
    Arrivals arrivals = new Arrivals(Pace.constant(1, Duration.ofHours(1)), List.of(7, 2, 1));
    int[] counts = new int[3];
    for (int i = 0; i < 100_000; i++) {
      counts[arrivals.kind()]++;
    }
    assertEquals(70_000, counts[0], 1_000);
    assertEquals(20_000, counts[1], 1_000);
    assertEquals(10_000, counts[2], 1_000);
  }
}
