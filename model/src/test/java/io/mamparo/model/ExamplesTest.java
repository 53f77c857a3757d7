package io.mamparo.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The stack files of {@code examples/} pass {@code check}. */
class ExamplesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void cars_isAStack() {
    Path file = ROOT.resolve("examples/cars/mamparo.yaml");
    Stack stack =
        StackFile.read(file, Map.of("MAMPARO_HOME", ROOT.toString(), "MAMPARO_JAVA", "java"))
            .orThrow();
    assertEquals(List.of("cars", "bookings"), List.copyOf(stack.services().keySet()));
    stack.services().values().forEach(service -> assertEquals(2, service.replicas()));
    assertTrue(stack.visitors().isOn(), "a visitor");
  }

  @Test
  void flask_isAStack() {
    Stack stack = StackFile.read(ROOT.resolve("examples/flask/mamparo.yaml"), Map.of()).orThrow();
    assertEquals(List.of("notes"), List.copyOf(stack.services().keySet()));
  }
}
