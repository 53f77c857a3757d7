package io.mamparo.app.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class UnderWayTest {
  private final UnderWay underWay = new UnderWay(2);
  private final UnderWay.Request found = new UnderWay.Request();

  private void enter(int loop, long id) {
    underWay.enter(loop, "cars", id, id * 3, id * 7);
  }

  private void leave(int loop, long id) {
    underWay.leave(loop, "cars", id, id * 3, id * 7);
  }

  private void assertOnly(long id) {
    assertTrue(underWay.only("cars", found));
    assertEquals(id, found.high);
    assertEquals(id * 3, found.low);
    assertEquals(id * 7, found.span);
  }

  @Test
  void theOnlyRequest_isFoundFromAnyLoop() {
    assertFalse(underWay.only("cars", found));
    enter(1, 5);
    assertOnly(5);
    assertFalse(underWay.only("bookings", found));
    leave(1, 5);
    assertFalse(underWay.only("cars", found));
  }

  @Test
  void oneOfSeveral_isNotGuessed_andTheLastOfThemIsFound() {
    enter(0, 5);
    enter(1, 6);
    enter(0, 8);
    assertFalse(underWay.only("cars", found));
    leave(0, 5);
    assertFalse(underWay.only("cars", found));
    leave(1, 6);
    assertOnly(8);
  }

  @Test
  void servicesBeyondTheBound_areNotTold() {
    for (int i = 0; i < UnderWay.MOST; i++) {
      underWay.enter(0, "service" + i, 1, 1, 1);
    }
    enter(0, 5);
    assertFalse(underWay.only("cars", found));
    leave(0, 5);
  }

  @Test
  void whatIsFoundWhileLoopsWrite_isARequestThatWasThere() throws InterruptedException {
    AtomicBoolean end = new AtomicBoolean();
    List<Thread> loops = new ArrayList<>();
    for (int loop = 0; loop < 2; loop++) {
      int index = loop;
      loops.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    Random random = new Random(index);
                    while (!end.get()) {
                      long id = random.nextLong();
                      enter(index, id);
                      leave(index, id);
                    }
                  }));
    }
    int seen = 0;
    int looked = 0;
    try {
      while (seen < 2_000 && looked++ < 50_000_000) {
        if (underWay.only("cars", found)) {
          seen++;
          assertEquals(found.high * 3, found.low);
          assertEquals(found.high * 7, found.span);
        }
      }
    } finally {
      end.set(true);
      for (Thread thread : loops) {
        thread.join();
      }
    }
    assertTrue(seen > 0, "never only one");
    assertFalse(underWay.only("cars", found));
  }
}
