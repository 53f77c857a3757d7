package io.mamparo.cli;

import io.mamparo.app.Mamparo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The process that {@code up --detach} starts in a session of its own. No command of the command
 * line: it is told exactly what to run, and whoever started it waits.
 */
public final class Serve {
  private Serve() {}

  /** As arguments: the stack file, its name for messages, the data directory, the port offset. */
  public static void main(String[] args) {

    Terminal terminal = Terminal.system();
    try {
      run(terminal, Path.of(args[0]), args[1], Path.of(args[2]), Integer.parseInt(args[3]));
      System.exit(ExitCode.OK);
    } catch (Exception | Error e) {
      System.exit(Main.failed(terminal, e));
    }
  }

  /** The command of such a process, after the JVM's own arguments. */
  static List<String> command(Path file, String name, Path data, int portOffset) {
    return List.of(
        Serve.class.getName(),
        file.toString(),
        name,
        data.toString(),
        Integer.toString(portOffset));
  }

  private static void run(Terminal terminal, Path file, String name, Path data, int portOffset)
      throws IOException, InterruptedException {
    Path parent = file.getParent();
    Mamparo mamparo =
        Mamparo.start(
            new Mamparo.Settings(
                data,
                portOffset,
                StackSource.home(),
                name,
                Files.readString(file),
                parent == null ? Path.of("/") : parent,
                StackSource.environment(terminal)));
    Runtime.getRuntime().addShutdownHook(new Thread(mamparo::close, "stop"));
    mamparo.awaitStop();
  }
}
