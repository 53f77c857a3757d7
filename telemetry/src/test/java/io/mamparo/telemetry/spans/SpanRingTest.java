package io.mamparo.telemetry.spans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SpanRingTest {
  private static final int SPANS = 3_000_000;

  private static void write(SpanRing ring, long n) {
    int at = ring.next();
    for (int i = 0; i < Slot.LENGTH; i++) {
      ring.slots()[at + i] = n * 31 + i;
    }
    ring.publish();
  }

  @Test
  void aReaderThatIsOvertaken_neverSeesHalfASpanAndCountsWhatItMissed()
      throws InterruptedException {
    SpanRing ring = new SpanRing(256);
    AtomicReference<String> torn = new AtomicReference<>("");
    long[] seen = new long[2]; // how many, and the last one
    SpanSink sink =
        (slots, at) -> {
          long first = slots[at];
          for (int i = 0; i < Slot.LENGTH; i++) {
            if (slots[at + i] != first + i) {
              torn.set("after " + seen[0] + " spans, word " + i);
            }
          }
          if (first / 31 <= seen[1]) {
            torn.set("out of order after " + seen[0]);
          }
          seen[0]++;
          seen[1] = first / 31;
        };
    Thread loop =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long n = 1; n <= SPANS; n++) {
                    write(ring, n);
                  }
                });
    while (loop.isAlive()) {
      ring.drain(sink);
    }
    loop.join();
    ring.drain(sink);
    assertEquals("", torn.get());
    assertEquals(SPANS, seen[0] + ring.lost());
    assertEquals(SPANS, seen[1], "the last one is there");
    assertTrue(seen[0] > 256);
  }
}
