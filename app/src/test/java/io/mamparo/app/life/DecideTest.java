package io.mamparo.app.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.mamparo.app.Stacks;
import io.mamparo.model.Defaults;
import io.mamparo.model.Stack;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DecideTest {
  private static List<String> words(Stack applied, Stack desired) {
    return Decide.changes(applied, desired).stream().map(Change::words).toList();
  }

  @Test
  void fromNothing_databasesComeBeforeServices() {
    assertEquals(
        List.of(
            "database cars: start",
            "routes: changed",
            "service bookings: start 2 replicas",
            "service cars: start 1 replica"),
        words(Defaults.stack("cars"), Stacks.of(Stacks.CARS)));
  }

  @Test
  void toNothing_servicesGoBeforeDatabases() {
    assertEquals(
        List.of(
            "routes: changed",
            "service bookings: stop",
            "service cars: stop",
            "database cars: stop (its data stays)"),
        words(Stacks.of(Stacks.CARS), Defaults.stack("cars")));
  }

  @Test
  void sameFile_changesNothing() {
    assertEquals(List.of(), words(Stacks.of(Stacks.CARS), Stacks.of(Stacks.CARS)));
  }

  static Stream<Arguments> differences() {
    return Stream.of(
        Arguments.of("hello", "goodbye", "service bookings: replace its replicas one by one"),
        Arguments.of("replicas: 2", "replicas: 3", "service bookings: from 2 to 3 replicas"),
        Arguments.of("bookings.jar", "b2.jar", "service bookings: replace its replicas one by one"),
        Arguments.of("connections: 8", "connections: 9", "service bookings: connections changed"),
        Arguments.of("health: /health", "health: /up", "service bookings: health changed"),
        Arguments.of(
            "timeout: 2s",
            "timeout: 3s",
            "service bookings: time-outs, retries or breaker changed"),
        Arguments.of("99.9%", "99%", "service bookings: objectives changed"),
        Arguments.of("/car*", "/cars*", "routes: changed"),
        Arguments.of("stack: cars", "stack: cars\nproxy: {pools: {max: 5}}", "proxy: changed"),
        Arguments.of(
            "stack: cars", "stack: cars\ningress: {listen: 127.0.0.1:9999}", "ingress: changed"));
  }

  @ParameterizedTest
  @MethodSource("differences")
  void changedFile_changesOnlyWhatDiffers(String text, String by, String words) {
    String changed = Stacks.CARS.replaceFirst(java.util.regex.Pattern.quote(text), by);
    assertFalse(changed.equals(Stacks.CARS));
    assertEquals(List.of(words), words(Stacks.of(Stacks.CARS), Stacks.of(changed)));
  }

  @Test
  void words_neverShowAValue() {
    String secret = Stacks.CARS.replace("GREETING: hello", "GREETING: \"${PW}\"");
    for (String line : words(Stacks.of(Stacks.CARS), Stacks.of(secret))) {
      assertFalse(line.contains("s3cret"), line);
    }
  }
}
