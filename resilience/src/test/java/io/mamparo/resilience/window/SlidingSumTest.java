package io.mamparo.resilience.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.resilience.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SlidingSumTest {
  private record Added(long slice, int column, long by) {}

  @Test
  void sum_isThatOfANaiveList() {
    long seed = Seed.of("SlidingSumTest");
    RandomGenerator random = Seed.random(seed);
    for (int run = 0; run < 50; run++) {
      int stripes = random.nextInt(1, 5);
      int columns = random.nextInt(1, 4);
      int slices = random.nextInt(1, 12);
      long start = random.nextLong();
      SlidingSum sums = new SlidingSum(stripes, columns, slices, 1000, start);
      List<Added> all = new ArrayList<>();
      long[] seen = sums.newSums();
      long now = start;
      for (int step = 0; step < 2_000; step++) {
        now += random.nextInt(20) == 0 ? random.nextLong(20_000) : random.nextLong(300);
        int stripe = random.nextInt(stripes);
        long slice = (now - start) / 1000;
        int column = random.nextInt(columns);
        sums.roll(stripe, now);
        sums.add(stripe, column, step);
        all.add(new Added(slice, column, step));
        long later = now + (random.nextInt(10) == 0 ? random.nextLong(15_000) : 0);
        long laterSlice = (later - start) / 1000;
        sums.sum(later, seen);
        for (int c = 0; c < columns; c++) {
          int at = c;
          long want =
              all.stream()
                  .filter(a -> a.column() == at && a.slice() > laterSlice - slices)
                  .mapToLong(Added::by)
                  .sum();
          assertEquals(want, seen[c], "seed " + seed + " run " + run + " step " + step);
        }
      }
    }
  }

  @Test
  void aReaderBesideTheWriter_neverSeesLaterColumnsAboveEarlierOnesNorMoreThanWasAdded()
      throws InterruptedException {
    SlidingSum sums = new SlidingSum(1, 2, 4, 1000, 0);
    AtomicBoolean done = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long now = 0; now < 3_000_000; now++) {
                    sums.roll(0, now);
                    sums.add(0, 0, 1);
                    sums.add(0, 1, 1);
                  }
                  done.set(true);
                });
    long[] seen = sums.newSums();
    long most = 0;
    while (!done.get()) {
      sums.sumAsOf(0, seen);
      most = Math.max(most, seen[0]);
      assertTrue(seen[1] <= seen[0] + 1000, seen[1] + " of " + seen[0]);
      assertTrue(seen[0] <= 5000, () -> "more than a window and a slice: " + seen[0]);
    }
    writer.join();
    sums.sumAsOf(0, seen);
    assertEquals(4000, seen[0]);
    assertEquals(4000, seen[1]);
    assertTrue(most > 0);
  }
}
