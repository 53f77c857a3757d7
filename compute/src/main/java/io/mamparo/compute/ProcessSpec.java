package io.mamparo.compute;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One process, everything filled in. Immutable. Its environment may hold secrets: never log it.
 *
 * @param argv program and arguments; a program without a slash is looked up in PATH
 * @param env set beside Mamparo's own environment; {@code PORT} is added unless it is here
 * @param directory it is started in; absolute
 */
public record ProcessSpec(List<String> argv, Map<String, String> env, Path directory) {
  public ProcessSpec {
    argv = List.copyOf(argv);
    Checks.that(!argv.isEmpty() && !argv.getFirst().isEmpty(), "argv names no program");
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    Checks.that(directory.isAbsolute(), "the directory must be absolute");
  }

  /** Leaves the environment's values out. */
  @Override
  public String toString() {
    return "ProcessSpec" + argv + " in " + directory + " with " + env.keySet();
  }
}
