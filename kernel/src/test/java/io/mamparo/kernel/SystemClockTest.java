package io.mamparo.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SystemClockTest {
  @Test
  void wallTime_runsWithTheMonotonicClockAndNearTheWall() {
    Clock clock = Clock.system();
    long backwards = 0;
    long last = clock.epochNanos();
    for (int i = 0; i < 200_000; i++) {
      long now = clock.epochNanos();
      backwards += now < last ? 1 : 0;
      last = now;
    }
    assertTrue(
        backwards <= 1, "went back " + backwards + " times; once may be a clock that was set");
    assertEquals(System.currentTimeMillis() / 1e3, clock.epochNanos() / 1e9, 0.1);
  }
}
