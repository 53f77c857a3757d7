package io.mamparo.cli.pgbouncer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every setting that a real PgBouncer 1.25 shows is known, with its default. */
class RulesTest {
  @Test
  void everySetting_hasARule() throws IOException {
    String text;
    try (var in = RulesTest.class.getResourceAsStream("show-config.txt")) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Map<String, Rules.Rule> rules = Rules.pgbouncer();
    Set<String> missing = new TreeSet<>();
    Set<String> otherDefaults = new TreeSet<>();
    String[] lines = text.split("\n");
    assertTrue(lines.length > 80);
    for (String line : lines) {
      String[] parts = line.split("\t", -1);
      Rules.Rule rule = rules.get(parts[0]);
      if (rule == null) {
        missing.add(parts[0]);
      } else if (!parts[0].equals("auth_query") && !rule.usual().equals(parts[1])) {
        otherDefaults.add(parts[0] + ": " + rule.usual() + " is not " + parts[1]);
      }
    }
    assertEquals(Set.of(), missing);
    assertEquals(Set.of(), otherDefaults);
  }
}
