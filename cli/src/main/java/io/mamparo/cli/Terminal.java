package io.mamparo.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command runs: its output, its environment and its directory. Immutable; tests make their
 * own.
 *
 * @param colours whether to use them: only on a terminal, and never with NO_COLOR
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean colours,
    Map<String, String> environment,
    Path directory) {

  @SuppressWarnings("SystemConsoleNull") // it still returns null without a terminal
  static Terminal system() {
    Map<String, String> environment = System.getenv();
    boolean colours =
        System.console() != null
            && System.console().isTerminal()
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(System.out, System.err, colours, environment, Path.of("").toAbsolutePath());
  }

  /** Whether more is told about failures. */
  boolean debug() {
    return environment.getOrDefault("MAMPARO_DEBUG", "").equals("1");
  }

  String bold(String text) {
    return paint("1", text);
  }

  String good(String text) {
    return paint("32", text);
  }

  String bad(String text) {
    return paint("31", text);
  }

  String warn(String text) {
    return paint("33", text);
  }

  String faint(String text) {
    return paint("2", text);
  }

  private String paint(String code, String text) {
    return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
