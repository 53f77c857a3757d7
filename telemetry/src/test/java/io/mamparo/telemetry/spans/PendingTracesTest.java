package io.mamparo.telemetry.spans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PendingTracesTest {
  @Test
  void randomUse_agreesWithMapsAndLists() {
    long seed = 99;
    Random random = new Random(seed);
    PendingTraces pending = new PendingTraces(200);
    Map<Long, List<Long>> open = new LinkedHashMap<>();
    Map<Long, List<Long>> ended = new LinkedHashMap<>();
    long[] slot = new long[Slot.LENGTH];
    long spans = 0;
    for (int step = 0; step < 200_000; step++) {
      long id = random.nextInt(60);
      int trace = pending.find(1, id);
      boolean known = open.containsKey(id) || ended.containsKey(id);
      assertEquals(known, trace != PendingTraces.NONE, "seed " + seed);
      int action = random.nextInt(10);
      if (action < 6 && !pending.isFull()) {
        if (!known) {
          trace = pending.add(1, id, step);
          open.put(id, new ArrayList<>());
        }
        slot[Slot.SPAN] = step;
        pending.addSpan(trace, slot, 0);
        spans++;
        (open.containsKey(id) ? open : ended)
            .computeIfAbsent(id, i -> new ArrayList<>())
            .add((long) step);
      } else if (action < 8 && known) {
        pending.end(trace, step);
        if (open.containsKey(id)) {
          ended.put(id, Objects.requireNonNull(open.remove(id)));
        }
      } else if (known) {
        List<Long> expected =
            Objects.requireNonNull(open.containsKey(id) ? open.remove(id) : ended.remove(id));
        assertEquals(expected, spansOf(pending, trace), "seed " + seed);
        spans -= expected.size();
        pending.remove(trace);
      }
      assertEquals(open.size() + ended.size(), pending.size());
      assertEquals(first(open), id(pending, pending.firstOpen()));
      assertEquals(first(ended), id(pending, pending.firstEnded()));
      assertEquals(spans == 200, pending.isFull());
    }
    assertFalse(open.isEmpty() && ended.isEmpty());
  }

  private static long first(Map<Long, List<Long>> queue) {
    return queue.isEmpty() ? -1 : queue.keySet().iterator().next();
  }

  private static long id(PendingTraces pending, int trace) {
    return trace == PendingTraces.NONE ? -1 : pending.low(trace);
  }

  private static List<Long> spansOf(PendingTraces pending, int trace) {
    List<Long> spans = new ArrayList<>();
    for (int at = pending.firstSpan(trace); at >= 0; at = pending.nextSpan(at)) {
      spans.add(pending.slots()[at + Slot.SPAN]);
    }
    return spans;
  }
}
