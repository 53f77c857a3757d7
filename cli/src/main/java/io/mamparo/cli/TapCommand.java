package io.mamparo.cli;

import java.io.IOException;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mamparo tap}. */
@Command(
    name = "tap",
    mixinStandardHelpOptions = true,
    description = {
      "Watch requests as they end, until Ctrl-C.",
      "",
      "All conditions must hold. mamparo tap --to cars --status 5xx shows what fails, and why."
    })
final class TapCommand implements Callable<Integer> {
  @Option(names = "--from", paramLabel = "NAME", description = "A service, ingress or visitor.")
  @Nullable String from;

  @Option(names = "--to", paramLabel = "NAME", description = "A service.")
  @Nullable String to;

  @Option(names = "--route", paramLabel = "ROUTE", description = "A route, as status names it.")
  @Nullable String route;

  @Option(names = "--method", paramLabel = "METHOD", description = "GET, POST ...")
  @Nullable String method;

  @Option(names = "--path", paramLabel = "PATH", description = "What the path begins with.")
  @Nullable String path;

  @Option(names = "--status", paramLabel = "STATUS", description = "503, or 5xx.")
  @Nullable String status;

  @Option(names = "--tries", description = "Also tries that another one followed.")
  boolean tries;

  @Option(names = "--json", description = "A JSON object a line.")
  boolean json;

  @Mixin final DataOption data = new DataOption();

  private final Terminal terminal;

  TapCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    StringJoiner query = new StringJoiner("&", "/v1/tap?", "");
    add(query, "from", from);
    add(query, "to", to);
    add(query, "route", route);
    add(query, "method", method);
    add(query, "path", path);
    add(query, "status", status);
    query.add("tries=" + tries).add("format=" + (json ? "json" : "text"));
    ControlClient.of(data.in(terminal))
        .copy(query.toString(), new WithoutEmptyLines(terminal.out()));
    return ExitCode.OK;
  }

  private static void add(StringJoiner query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + Urls.escaped(value));
    }
  }
}
