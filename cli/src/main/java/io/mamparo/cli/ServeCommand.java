package io.mamparo.cli;

import io.mamparo.app.Mamparo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code up --detach} starts in a session of its own. */
@Command(name = "serve", hidden = true, description = "Run a stack without a terminal.")
final class ServeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE")
  Path file = Path.of("mamparo.yaml");

  @Option(names = "--name")
  String name = "mamparo.yaml";

  @Option(names = "--data", required = true)
  Path data = Path.of(DataOption.USUAL);

  @Option(names = "--port-offset", defaultValue = "0")
  int portOffset;

  private final Terminal terminal;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path parent = file.toAbsolutePath().normalize().getParent();
    Mamparo mamparo =
        Mamparo.start(
            new Mamparo.Settings(
                data.toAbsolutePath().normalize(),
                portOffset,
                StackSource.home(),
                name,
                Files.readString(file),
                parent == null ? Path.of("/") : parent,
                StackSource.environment(terminal)));
    Runtime.getRuntime().addShutdownHook(new Thread(mamparo::close, "stop"));
    mamparo.awaitStop();
    return ExitCode.OK;
  }
}
