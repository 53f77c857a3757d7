package io.mamparo.dbproxy.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolesTest {
  /** A server is name=R (replica), name=? (does not answer) or name=timeline@position. */
  private static List<Roles.Seen<String>> seen(String text) {
    List<Roles.Seen<String>> all = new ArrayList<>();
    for (String one : text.split(" ", -1)) {
      String name = one.substring(0, 1);
      String what = one.substring(2);
      Sighting sighting =
          switch (what) {
            case "R" -> new Sighting(true, 0, 100, 1);
            case "?" -> null;
            default -> {
              String[] parts = what.split("@", -1);
              yield new Sighting(false, Long.parseLong(parts[0]), Long.parseLong(parts[1]), 1);
            }
          };
      all.add(new Roles.Seen<>(name, sighting));
    }
    return all;
  }

  @ParameterizedTest(name = "{0}, {1}: {2} -> {3} ({5})")
  @CsvSource(
      nullValues = "none",
      value = {
        "none, 0, a=1@5 b=R, a, '', the only one that takes writes",
        "none, 0, a=? b=R, none, '', nobody knows yet",
        "a, 1, a=? b=R, a, '', lost and nobody in its place: it keeps its role",
        "a, 1, a=? b=2@9, b, '', lost and another one promoted",
        "a, 1, a=R b=R, none, '', it became a replica",
        "a, 1, a=R b=2@9, b, '', roles were changed",
        "a, 1, a=1@50 b=2@9, b, a, two that take writes: the one promoted last",
        "b, 2, a=1@50 b=?, b, a, a primary of the past gets nothing",
        "b, 2, a=1@50 b=R, none, a, not even when there is no other",
        "b, 2, a=2@50 b=2@9, b, a, the same timeline: as it was",
        "none, 0, a=2@50 b=2@9, a, b, the same timeline: who has written more",
      })
  void decide_findsThePrimary(
      @Nullable String current,
      long highest,
      String servers,
      @Nullable String primary,
      String rivals,
      String why) {
    Roles.Decision<String> decision = Roles.decide(current, highest, seen(servers));
    assertEquals(primary, decision.primary(), why);
    assertEquals(rivals, String.join(",", decision.rivals()), why);
  }

  @Test
  void progress_tellsUntilWhenAReplicaIsComplete() {
    Progress progress = new Progress();
    progress.add(100, 1_000);
    progress.add(100, 2_000);
    progress.add(150, 3_000);
    assertEquals(3_000, progress.completeUntil(150));
    assertEquals(3_000, progress.completeUntil(200));
    assertEquals(2_000, progress.completeUntil(149));
    assertEquals(999, progress.completeUntil(99), "further behind than is remembered");
    for (int i = 0; i < 5_000; i++) {
      progress.add(200 + i, 4_000 + i);
    }
    assertEquals(8_999, progress.completeUntil(5_199));
    progress.clear();
    progress.add(1, 10_000);
    assertEquals(10_000, progress.completeUntil(1));
  }
}
