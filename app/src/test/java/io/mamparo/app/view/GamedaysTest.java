package io.mamparo.app.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.testkit.VirtualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GamedaysTest {
  @TempDir Path directory;

  private final VirtualClock clock = new VirtualClock();

  private static ObjectNode verdict(String name) {
    ObjectNode verdict = JsonNodeFactory.instance.objectNode().put("name", name).put("held", true);
    verdict.putArray("timeline").add("long");
    return verdict;
  }

  @Test
  void report_isFoundByItsId() {
    Gamedays gamedays = new Gamedays(directory, clock);
    String id = gamedays.add(verdict("a"), "<p>a");
    assertEquals("a", gamedays.verdict(id).orElseThrow().path("name").asText());
    assertEquals("<p>a", new String(gamedays.html(id).orElseThrow(), StandardCharsets.UTF_8));
  }

  @Test
  void list_isBriefAndNewestFirst() {
    Gamedays gamedays = new Gamedays(directory, clock);
    gamedays.add(verdict("a"), "");
    clock.advance(Duration.ofSeconds(1));
    gamedays.add(verdict("b"), "");
    JsonNode list = gamedays.list().path("gamedays");
    assertEquals("b", list.path(0).path("name").asText());
    assertEquals("a", list.path(1).path("name").asText());
    assertFalse(list.path(0).has("timeline"));
  }

  @Test
  void twoInTheSameMoment_haveDifferentIds() {
    Gamedays gamedays = new Gamedays(directory, clock);
    assertFalse(gamedays.add(verdict("a"), "").equals(gamedays.add(verdict("b"), "")));
  }

  @Test
  void oldest_goFirstWhenThereAreTooMany() {
    Gamedays gamedays = new Gamedays(directory, clock);
    String first = gamedays.add(verdict("first"), "");
    for (int i = 0; i < Gamedays.MOST; i++) {
      clock.advance(Duration.ofSeconds(1));
      gamedays.add(verdict("x" + i), "");
    }
    assertEquals(Gamedays.MOST, gamedays.list().path("gamedays").size());
    assertTrue(gamedays.verdict(first).isEmpty());
  }

  @Test
  void id_cannotLeadOutOfTheDirectory() throws Exception {
    Files.writeString(directory.resolve("secret.json"), "{}");
    Gamedays gamedays = new Gamedays(directory.resolve("gamedays"), clock);
    assertTrue(gamedays.verdict("../secret").isEmpty());
    assertTrue(gamedays.html("..%2fsecret").isEmpty());
  }
}
