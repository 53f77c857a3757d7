package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mamparo env}. */
@Command(
    name = "env",
    mixinStandardHelpOptions = true,
    description = {
      "Print shell exports with which clients reach the stack.",
      "",
      "PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE for psql and every libpq program, and",
      "MAMPARO_URL for HTTP.",
      "Use it with:  eval \"$$(mamparo env)\""
    })
final class EnvCommand implements Callable<Integer> {
  @Mixin final DataOption data = new DataOption();

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "Which database PG* lead to (default: the first of the stack file).")
  @Nullable String database;

  private final Terminal terminal;

  EnvCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ControlClient client = ControlClient.of(data.in(terminal));
    String query = database == null ? "" : "?database=" + Urls.escaped(database);
    JsonNode env = client.get("/v1/env" + query);
    for (Map.Entry<String, JsonNode> variable : env.path("variables").properties()) {
      terminal
          .out()
          .println("export " + variable.getKey() + "=" + quoted(variable.getValue().asText()));
    }
    for (JsonNode note : env.path("notes")) {
      terminal.out().println("# " + note.asText());
    }
    return ExitCode.OK;
  }

  /** As one word of a POSIX shell. */
  static String quoted(String value) {
    return value.matches("[A-Za-z0-9_./:@%+,-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
  }
}
