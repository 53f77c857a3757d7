package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} again with a changed file applies only the difference, without failing a request. */
final class ChangedFileIT {
  @Test
  void onlyTheChangedServiceIsReplacedAndNoRequestFails(@TempDir Path directory) throws Exception {
    Path root = Path.of(System.getProperty("mamparo.root"));
    Path file = directory.resolve("mamparo.yaml");
    String original = Files.readString(root.resolve("examples/cars/mamparo.yaml"));
    Files.writeString(file, original);
    try (RunningStack stack = RunningStack.of(file, Map.of())) {
      List<Long> cars = pids(stack, "cars");
      List<Long> bookings = pids(stack, "bookings");
      Map<String, Integer> answers = new ConcurrentHashMap<>();
      AtomicBoolean done = new AtomicBoolean();
      Thread load = Thread.ofVirtual().start(() -> ask(stack, answers, done));
      Files.writeString(
          file,
          original.replaceFirst(
              "  cars:\\n    run:", "  cars:\n    env: {CHANGED: \"1\"}\n    run:"));
      Command.Result again = stack.up().mustSucceed();
      done.set(true);
      load.join();
      assertTrue(again.output().contains("cars"), "the changes are named: " + again.output());
      assertEquals(bookings, pids(stack, "bookings"), "what did not change is left alone");
      List<Long> replaced = pids(stack, "cars");
      assertEquals(2, replaced.size());
      assertTrue(replaced.stream().noneMatch(cars::contains), cars + " became " + replaced);
      assertTrue(answers.getOrDefault("200", 0) > 20, answers.toString());
      assertEquals(1, answers.size(), "only 200s: " + new TreeMap<>(answers));
    }
  }

  private static void ask(RunningStack stack, Map<String, Integer> answers, AtomicBoolean done) {
    while (!done.get()) {
      String answer;
      try {
        answer = Integer.toString(stack.get(stack.ingress("/api/v0.1/car/DEMO-1")).statusCode());
      } catch (AssertionError e) {
        answer = String.valueOf(e.getCause());
      }
      answers.merge(answer, 1, Integer::sum);
    }
  }

  private static List<Long> pids(RunningStack stack, String service) throws IOException {
    for (JsonNode resource : stack.status().get("resources")) {
      if (resource.get("kind").asText().equals("service")
          && resource.get("name").asText().equals(service)) {
        return resource.get("observed").findValues("pid").stream().map(JsonNode::asLong).toList();
      }
    }
    throw new AssertionError("no service " + service);
  }
}
