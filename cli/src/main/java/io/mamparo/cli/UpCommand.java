package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.ControlFile;
import io.mamparo.app.Mamparo;
import io.mamparo.model.Finding;
import io.mamparo.model.StackFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mamparo up}: runs a stack, or applies a changed file to the one that runs. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Run a stack until Ctrl-C, or apply a changed file to a stack that runs.",
      "",
      "What was running when Mamparo itself was killed is adopted, not restarted. If the stack",
      "cannot become ready, --detach stops what it started, says why and returns 1; the logs stay."
    })
final class UpCommand implements Callable<Integer> {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "Stack file (default: mamparo.yaml, else the built-in car-rental stack).")
  @Nullable Path file;

  @Option(
      names = {"-d", "--detach"},
      description = "Return once everything is ready; the stack goes on in the background.")
  boolean detach;

  @Mixin final DataOption data = new DataOption();

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "Added to every default port, for a second stack beside the first.")
  int portOffset;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description = "How long to wait until everything is ready (default: ${DEFAULT-VALUE}).")
  int timeout;

  private final Terminal terminal;

  UpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    StackSource source = StackSource.find(terminal, file);
    String yaml = source.text();
    Map<String, String> environment = StackSource.environment(terminal);
    Path base = Optional.ofNullable(source.file().getParent()).orElse(terminal.directory());
    List<Finding> findings = StackFile.parse(source.name(), yaml, base, environment).findings();
    if (!findings.isEmpty()) {
      CheckCommand.print(terminal, findings);
      return ExitCode.BAD_FILE;
    }
    Path directory = data.in(terminal, source.beside());
    Optional<ControlFile> running = ControlFile.read(directory).filter(ControlFile::alive);
    if (running.isPresent()) {
      return change(new ControlClient(running.get()), source, yaml, base, environment);
    }
    if (detach) {
      ServerProcess server = new ServerProcess(terminal, source, directory, portOffset);
      return server.startAndWait(Duration.ofSeconds(timeout));
    }
    Mamparo.Settings settings =
        new Mamparo.Settings(
            directory, portOffset, StackSource.home(), source.name(), yaml, base, environment);
    return Foreground.run(terminal, settings, Duration.ofSeconds(timeout));
  }

  /** Has a running Mamparo apply the file, and tells what changed. */
  private int change(
      ControlClient client,
      StackSource source,
      String yaml,
      Path base,
      Map<String, String> environment) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("file", source.name()).put("yaml", yaml).put("baseDir", base.toString());
    ObjectNode values = body.putObject("environment");
    Matcher matcher = VARIABLE.matcher(yaml);
    while (matcher.find()) {
      String value = environment.get(matcher.group(1));
      if (value != null) {
        values.put(matcher.group(1), value);
      }
    }
    JsonNode answer = client.post("/v1/stack", body, Duration.ofSeconds(timeout + 5L));
    if (answer.path("changes").isEmpty()) {
      terminal.out().println("Nothing has changed; the stack runs (process " + client.pid() + ").");
    }
    for (JsonNode line : answer.path("changes")) {
      terminal.out().println("  " + line.asText());
    }
    JsonNode status = client.get("/v1/status");
    if (status.path("ready").asBoolean()) {
      terminal.out().println(terminal.good("ready"));
      return ExitCode.OK;
    }
    terminal.err().println("mamparo: not ready: " + Timeline.reasons(status));
    return ExitCode.FAILED;
  }
}
