package io.mamparo.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --data}: which stack is meant. */
final class DataOption {
  static final String USUAL = ".mamparo";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "State directory (default: $MAMPARO_DATA, else .mamparo).")
  @Nullable Path data;

  /** The directory, absolute; {@code beside} is where it is by default. */
  Path in(Terminal terminal, Path beside) {
    String named = terminal.environment().getOrDefault("MAMPARO_DATA", "");
    Path chosen = data != null ? data : named.isEmpty() ? beside.resolve(USUAL) : Path.of(named);
    return terminal.directory().resolve(chosen).normalize();
  }

  Path in(Terminal terminal) {
    return in(terminal, terminal.directory());
  }
}
