package io.mamparo.resilience.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BulkheadTest {
  @Test
  void enter_refusesBeyondTheLimitAndCountsIt() {
    Bulkhead bulkhead = new Bulkhead(2, 1);
    assertTrue(bulkhead.enter(0));
    assertTrue(bulkhead.enter(0));
    assertFalse(bulkhead.enter(0));
    bulkhead.leave();
    assertTrue(bulkhead.enter(0));
    assertEquals(3, bulkhead.admitted());
    assertEquals(1, bulkhead.refused());
    assertEquals(2, bulkhead.inFlight());
  }

  @Test
  void resize_downThrowsNobodyOutButLetsNobodyInUntilThereIsRoom() {
    Bulkhead bulkhead = new Bulkhead(3, 1);
    bulkhead.enter(0);
    bulkhead.enter(0);
    bulkhead.enter(0);
    bulkhead.resize(1);
    assertEquals(3, bulkhead.inFlight());
    bulkhead.leave();
    bulkhead.leave();
    assertFalse(bulkhead.enter(0));
    bulkhead.leave();
    assertTrue(bulkhead.enter(0));
    bulkhead.resize(2);
    assertTrue(bulkhead.enter(0));
  }

  @Test
  void aLimitOfZero_refusesEverything() {
    assertFalse(new Bulkhead(0, 1).enter(0));
  }

  @Test
  void leave_twiceIsAMistakeThatShows() {
    Bulkhead bulkhead = new Bulkhead(1, 1);
    assertThrows(IllegalStateException.class, bulkhead::leave);
    assertEquals(0, bulkhead.inFlight());
    assertThrows(IllegalArgumentException.class, () -> bulkhead.resize(-1));
  }

  @Test
  void severalThreads_neverExceedTheLimit() throws InterruptedException {
    Bulkhead bulkhead = new Bulkhead(3, 4);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int stripe = i;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 200_000; n++) {
                      if (bulkhead.enter(stripe)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        if ((n & 15) == 0) {
                          Thread.onSpinWait();
                        }
                        inside.decrementAndGet();
                        bulkhead.leave();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(most.get() <= 3, "at most 3 at a time, not " + most);
    assertEquals(0, bulkhead.inFlight());
    assertEquals(800_000, bulkhead.admitted() + bulkhead.refused());
  }
}
