package io.mamparo.cli;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stack file that a command means: the one named, else {@code mamparo.yaml} here, else the
 * built-in car-rental stack.
 *
 * @param name for messages
 * @param file where it is; absolute
 * @param beside where its state is by default
 */
record StackSource(String name, Path file, Path beside) {
  static StackSource find(Terminal terminal, @Nullable Path named) {
    Path here = terminal.directory();
    if (named != null) {
      Path file = here.resolve(named).normalize();
      Path parent = file.getParent();
      return new StackSource(named.toString(), file, parent == null ? here : parent);
    }
    Path usual = here.resolve("mamparo.yaml");
    if (Files.exists(usual)) {
      return new StackSource("mamparo.yaml", usual, here);
    }
    Path builtIn = home().resolve("examples/cars/mamparo.yaml");
    return new StackSource("the built-in stack", builtIn, here);
  }

  /** The distribution's directory. */
  static Path home() {
    return Path.of(System.getProperty("mamparo.home", "target/dist")).toAbsolutePath();
  }

  /** What {@code ${NAME}} in the file may refer to. */
  static Map<String, String> environment(Terminal terminal) {
    Map<String, String> all = new HashMap<>(terminal.environment());
    all.putIfAbsent("MAMPARO_HOME", home().toString());
    all.putIfAbsent(
        "MAMPARO_JAVA", Path.of(System.getProperty("java.home"), "bin/java").toString());
    return all;
  }

  /**
   * Its text.
   *
   * @throws Problem when it cannot be read
   */
  String text() {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new Problem(
          "stack file " + file, "there is no such file", "name one: mamparo up FILE", e);
    } catch (IOException e) {
      throw new Problem(
          "stack file " + file,
          Files.isDirectory(file) ? "is a directory" : "cannot be read",
          "name a readable text file in UTF-8",
          e);
    }
  }
}
