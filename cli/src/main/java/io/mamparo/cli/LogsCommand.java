package io.mamparo.cli;

import io.mamparo.kernel.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mamparo logs}. Works without a running stack too: the files stay. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = {
      "Show what services and databases wrote.",
      "",
      "mamparo logs mamparo shows the log of Mamparo itself."
    })
final class LogsCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "A service, a database or mamparo (default: all services and databases).")
  @Nullable String name;

  @Mixin final DataOption data = new DataOption();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as lines come, until Ctrl-C.")
  boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "N",
      defaultValue = "200",
      description = "Lines from the end of each (default: ${DEFAULT-VALUE}).")
  int tail;

  private final Terminal terminal;

  LogsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ControlClient client;
    try {
      client = ControlClient.of(data.in(terminal));
    } catch (ControlClient.NotRunning e) {
      return new LogFiles(terminal, data.in(terminal)).print(name, tail, follow);
    }
    ByteArrayOutputStream known = new ByteArrayOutputStream();
    client.copy("/v1/logs", known);
    List<String> names = known.toString(StandardCharsets.UTF_8).lines().toList();
    if (name != null) {
      if (!names.contains(name)) {
        throw new Problem(
            "log " + name, "there is none of that name", "there are " + String.join(", ", names));
      }
      client.copy(path(name), terminal.out());
      return ExitCode.OK;
    }
    List<Thread> readers = new ArrayList<>();
    for (String each : names) {
      if (!each.equals("mamparo")) {
        Thread reader = Thread.ofVirtual().start(() -> copy(client, each));
        if (!follow) {
          reader.join();
        }
        readers.add(reader);
      }
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return ExitCode.OK;
  }

  private String path(String each) {
    return "/v1/logs/" + Urls.escaped(each) + "?tail=" + tail + "&follow=" + follow;
  }

  private void copy(ControlClient client, String each) {
    try (OutputStream lines = new PrefixedLines(terminal, each)) {
      client.copy(path(each), lines);
    } catch (IOException | Problem e) {
      terminal.err().println("mamparo: log " + each + ": " + e.getMessage());
    }
  }
}
