package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mamparo status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Show what is desired and what is observed.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:ready", "1:something is not ready", "4:nothing runs here"})
final class StatusCommand implements Callable<Integer> {
  @Mixin final DataOption data = new DataOption();

  @Option(names = "--json", description = "As JSON; fields are only ever added.")
  boolean json;

  private final Terminal terminal;

  StatusCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ControlClient client = ControlClient.of(data.in(terminal));
    JsonNode status = client.get("/v1/status");
    if (json) {
      terminal.out().println(status.toPrettyString());
    } else {
      print(status, client);
    }
    return status.path("ready").asBoolean() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void print(JsonNode status, ControlClient client) {
    boolean ready = status.path("ready").asBoolean();
    terminal
        .out()
        .printf(
            "stack %s: %s; console http://%s%n",
            terminal.bold(status.path("stack").asText()),
            ready ? terminal.good("ready") : terminal.warn("not ready"),
            client.address());
    List<String[]> rows = new ArrayList<>();
    for (JsonNode resource : status.path("resources")) {
      if (!resource.path("kind").asText().equals("stack")) {
        rows.add(row(resource));
      }
    }
    int kind = rows.stream().mapToInt(r -> r[0].length()).max().orElse(0);
    int name = rows.stream().mapToInt(r -> r[1].length()).max().orElse(0);
    for (String[] row : rows) {
      String mark =
          row[2].equals("ready") ? terminal.good("ready    ") : terminal.warn("not ready");
      terminal
          .out()
          .println(
              ("  " + pad(row[0], kind) + "  " + pad(row[1], name) + "  " + mark + "  " + row[3])
                  .stripTrailing());
    }
  }

  private static String[] row(JsonNode resource) {
    boolean ready = resource.path("ready").asBoolean();
    String reason = resource.path("reason").asText("");
    String summary = resource.path("observed").path("summary").asText("");
    return new String[] {
      resource.path("kind").asText(),
      resource.path("name").asText(),
      ready ? "ready" : "not ready",
      reason.isEmpty() || resource.path("reason").isNull() ? summary : reason
    };
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
