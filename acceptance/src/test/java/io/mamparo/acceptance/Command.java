package io.mamparo.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program run to its end, with its output kept. */
final class Command {
  /** How it ended and what it printed (both streams, in the order written). */
  record Result(int exit, String output) {
    Result mustSucceed() {
      if (exit != 0) {
        throw new AssertionError("exit " + exit + "\n" + output);
      }
      return this;
    }
  }

  private Command() {}

  static Result run(Duration limit, Map<String, String> environment, List<String> argv) {
    try {
      Path output = Files.createTempFile("acceptance", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        if (!ended) {
          throw new AssertionError(argv + " did not end within " + limit + "\n" + text);
        }
        return new Result(process.exitValue(), text);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot run " + argv, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
