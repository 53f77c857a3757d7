package io.mamparo.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ShareTest {
  @Test
  void reached_isExactForEveryPercentageOfEveryWindow() {
    for (int percent = 0; percent <= 100; percent++) {
      for (int whole = 1; whole <= 1000; whole++) {
        int least = (percent * whole + 99) / 100;
        assertEquals(true, Share.reached(least, whole, percent / 100.0));
        assertEquals(false, Share.reached(least - 1, whole, percent / 100.0));
      }
    }
  }
}
