package io.mamparo.dbproxy.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.mamparo.dbproxy.client.SettingText.Change;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingTextTest {
  private static final int LONG = 200_000;

  @Test
  void statements_areCutAtSemicolonsOutsideOfQuotes() {
    List<Change> changes = SettingText.read("set a = 'b;c'; reset d;; set e to f, 'g''h'");
    assertEquals(3, changes.size());
    assertInstanceOf(Change.Set.class, changes.get(0));
    assertEquals(new Change.Reset("d"), changes.get(1));
    assertEquals("e", assertInstanceOf(Change.Set.class, changes.get(2)).name());
  }

  @Test
  void longValue_isReadWithoutMuchStack() {
    String value = "b".repeat(LONG);
    assertInstanceOf(Change.Set.class, one("set a = '" + value + "'"));
    assertInstanceOf(Change.Set.class, one("set a = \"" + value + "\""));
    assertInstanceOf(Change.Set.class, one("set a = '" + "''".repeat(LONG) + "'"));
    assertInstanceOf(Change.Set.class, one("set a = b" + ", b".repeat(LONG)));
    assertEquals(new Change.Opaque(), one("set a = '" + value));
  }

  @Test
  void manyStatementsAndQuotes_areReadInTimeThatGrowsWithThem() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          assertEquals(List.of(), SettingText.read(";".repeat(LONG)));
          assertEquals(List.of(), SettingText.read("select '';".repeat(LONG)));
        });
  }

  @Test
  void deallocate_ofALongNameIsReadWithoutMuchStack() {
    assertNull(new Deallocation(new Named()).read("deallocate \"" + "b".repeat(LONG) + "\""));
  }

  private static Change one(String text) {
    List<Change> changes = SettingText.read(text);
    assertEquals(1, changes.size());
    return changes.getFirst();
  }
}
