package io.mamparo.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a test whose {@link NeedsProgram} names something that this machine lacks. */
final class ProgramCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<NeedsProgram> needs =
        context.getElement().map(element -> element.getAnnotation(NeedsProgram.class));
    if (needs.isEmpty()) {
      return ConditionEvaluationResult.enabled("needs no program");
    }
    List<String> missing = new ArrayList<>();
    for (String program : needs.get().value()) {
      if (!present(program)) {
        missing.add(program);
      }
    }
    return verdict(missing, "true".equals(System.getenv("CI")));
  }

  static ConditionEvaluationResult verdict(List<String> missing, boolean ci) {
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("all programs are there");
    }
    String reason = "this machine lacks " + String.join(", ", missing) + "; see ./mamparo test";
    if (ci) {
      throw new IllegalStateException(reason + " (with CI=true this is a failure)");
    }
    return ConditionEvaluationResult.disabled(reason);
  }

  static boolean present(String program) {
    if (program.startsWith("python3:")) {
      return imports(program.substring("python3:".length()));
    }
    if (program.startsWith("/")) {
      return Files.isExecutable(Path.of(program));
    }
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static boolean imports(String module) {
    try {
      Process python =
          new ProcessBuilder("/usr/bin/python3", "-c", "import " + module)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!python.waitFor(20, TimeUnit.SECONDS)) {
        python.destroyForcibly();
        return false;
      }
      return python.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
