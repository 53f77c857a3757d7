package io.mamparo.cli;

import io.mamparo.model.Finding;
import io.mamparo.model.Stack;
import io.mamparo.model.StackFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code mamparo check}. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Validate a stack file; every error with its place and the nearest known key.")
final class CheckCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "Stack file (default: mamparo.yaml, else the built-in stack).")
  @Nullable Path file;

  private final Terminal terminal;

  CheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    StackSource source = StackSource.find(terminal, file);
    Path directory = source.file().getParent();
    StackFile.Result result =
        StackFile.parse(
            source.name(),
            source.text(),
            directory == null ? terminal.directory() : directory,
            StackSource.environment(terminal));
    List<Finding> findings = result.findings();
    if (!findings.isEmpty()) {
      print(terminal, findings);
      return ExitCode.BAD_FILE;
    }
    Stack stack = result.orThrow();
    terminal
        .out()
        .printf(
            "%s: stack %s is right (%s, %s, %s)%n",
            source.name(),
            stack.name(),
            count(stack.services().size(), "service"),
            count(stack.databases().size(), "database"),
            count(stack.routes().size(), "route"));
    return ExitCode.OK;
  }

  /** One finding a line, in the form that editors jump to. */
  static void print(Terminal terminal, List<Finding> findings) {
    for (Finding finding : findings) {
      terminal.err().println(finding);
    }
    terminal.err().println(terminal.bad(count(findings.size(), "error") + "; nothing was started"));
  }

  static String count(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }
}
