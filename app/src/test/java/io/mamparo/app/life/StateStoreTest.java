package io.mamparo.app.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.app.life.StateStore.Desired;
import io.mamparo.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {
  private static final Desired FILE = new Desired("a.yaml", "stack: a", "/srv");

  @TempDir Path directory;

  @Test
  void whatIsRecorded_isThereAfterReopening() {
    try (StateStore store = StateStore.open(directory, new VirtualClock())) {
      assertEquals(Optional.empty(), store.desired());
      store.record(FILE, List.of(new Change.Configure("one"), new Change.Configure("two")));
      store.ports(Map.of("a>b", 20_001));
    }
    try (StateStore store = StateStore.open(directory, new VirtualClock())) {
      assertEquals(Optional.of(FILE), store.desired());
      assertEquals(List.of("one", "two"), store.history());
      assertEquals(Map.of("a>b", 20_001), store.ports());
    }
  }

  @Test
  void ports_areExactlyThoseGiven() {
    try (StateStore store = StateStore.open(directory, new VirtualClock())) {
      store.ports(Map.of("a>b", 20_001, "a>c", 20_002));
      store.ports(Map.of("a>c", 20_003));
      assertEquals(Map.of("a>c", 20_003), store.ports());
    }
  }

  @Test
  void history_isBoundedAndTheOldestGoFirst() {
    VirtualClock clock = new VirtualClock();
    try (StateStore store = StateStore.open(directory, clock)) {
      for (int i = 0; i < StateStore.HISTORY + 50; i++) {
        clock.advance(Duration.ofMillis(1));
        store.record(FILE, List.of(new Change.Configure("change " + i)));
      }
      List<String> history = store.history();
      assertTrue(history.size() <= StateStore.HISTORY, history.size() + " changes");
      assertEquals("change " + (StateStore.HISTORY + 49), history.getLast());
    }
  }
}
