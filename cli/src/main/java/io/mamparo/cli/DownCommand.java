package io.mamparo.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.mamparo.app.ControlFile;
import io.mamparo.app.Leftovers;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mamparo down}. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = {
      "Stop the stack; nothing is left running.",
      "",
      "Requests on their way may finish (at most 10 s), then everything is stopped in reverse",
      "order. Also finds and stops what a killed Mamparo left running. Data stays."
    })
final class DownCommand implements Callable<Integer> {
  private static final Duration IN_ORDER = Duration.ofSeconds(60);

  @Mixin final DataOption data = new DataOption();

  private final Terminal terminal;

  DownCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return stop(terminal, data.in(terminal));
  }

  static int stop(Terminal terminal, Path data) throws IOException, InterruptedException {
    Optional<ControlFile> control = ControlFile.read(data).filter(ControlFile::alive);
    if (control.isPresent()) {
      stopProcess(terminal, control.get());
    }
    int left = Leftovers.stop(data);
    ControlFile.remove(data);
    if (control.isEmpty() && left == 0) {
      terminal.out().println("Nothing runs in " + data + ".");
    } else {
      terminal
          .out()
          .println(
              "Stopped"
                  + (left == 0
                      ? ""
                      : ", with "
                          + CheckCommand.count(left, "leftover process")
                              .replace("processs", "processes"))
                  + "; nothing is left running.");
    }
    return ExitCode.OK;
  }

  private static void stopProcess(Terminal terminal, ControlFile control)
      throws InterruptedException {
    ProcessHandle process = ProcessHandle.of(control.pid()).orElseThrow();
    try {
      new ControlClient(control)
          .post("/v1/stop", JsonNodeFactory.instance.objectNode(), Duration.ofSeconds(10));
    } catch (Problem e) {
      terminal.err().println("mamparo: it does not answer; it is sent SIGTERM.");
      process.destroy();
    }
    if (!gone(process.onExit(), IN_ORDER)) {
      terminal
          .err()
          .println("mamparo: it did not end within " + IN_ORDER.toSeconds() + " s; it is killed.");
      process.destroyForcibly();
      gone(process.onExit(), Duration.ofSeconds(10));
    }
  }

  private static boolean gone(CompletableFuture<ProcessHandle> exit, Duration patience)
      throws InterruptedException {
    try {
      exit.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
