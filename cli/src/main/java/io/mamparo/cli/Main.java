package io.mamparo.cli;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The program. Whatever happens, a user sees sentences and never a stack trace. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] args) {
    int status = run(Terminal.system(), args);
    System.out.flush();
    System.exit(status);
  }

  /** Runs one command and returns its exit status. */
  static int run(Terminal terminal, String... args) {
    CommandLine line = Cli.line(new Commands(terminal), args);
    line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(terminal.colours() ? Ansi.ON : Ansi.OFF));
    line.setUsageHelpAutoWidth(terminal.colours());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e));
    line.setParameterExceptionHandler((e, given) -> usage(terminal, e));
    try {
      return line.execute(args);
    } catch (Error e) { // of a broken build, or of a JVM out of memory
      return failed(terminal, e);
    }
  }

  private static int usage(Terminal terminal, CommandLine.ParameterException e) {
    CommandLine command = e.getCommandLine();
    terminal.err().println("mamparo: " + lowerFirst(String.valueOf(e.getMessage())));
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
      terminal.err().println("See " + command.getCommandSpec().qualifiedName() + " --help.");
    }
    return ExitCode.USAGE;
  }

  private static String lowerFirst(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  /** Tells a user what went wrong, and returns the exit status. */
  static int failed(Terminal terminal, Throwable e) {
    switch (e) {
      case Problem problem -> terminal.err().println("mamparo: " + problem.forUser());
      case ControlClient.NotRunning none -> {
        terminal.err().println("mamparo: " + none.getMessage());
        return ExitCode.NOT_RUNNING;
      }
      default -> unexpected(terminal, e);
    }
    if (terminal.debug()) {
      e.printStackTrace(terminal.err());
    }
    return ExitCode.FAILED;
  }

  private static void unexpected(Terminal terminal, Throwable e) {
    StringBuilder words = new StringBuilder("mamparo: something unexpected happened");
    words.append(" (").append(e.getClass().getSimpleName()).append(").");
    try {
      Path file = Files.createTempFile("mamparo-error", ".log");
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      Files.writeString(file, Instant.now() + "\n" + trace, StandardOpenOption.APPEND);
      words.append(" The details are in ").append(file).append('.');
    } catch (IOException cannot) {
      words.append(" MAMPARO_DEBUG=1 shows the details.");
    }
    terminal.err().println(words);
  }
}
