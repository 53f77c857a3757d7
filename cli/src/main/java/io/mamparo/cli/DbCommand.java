package io.mamparo.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mamparo db}: what an administrator can have done with a database of a running stack. */
@Command(
    name = "db",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "ORDER",
    subcommands = {DbTopCommand.class},
    description = {
      "Orders for a database behind the proxy, and a live view: mamparo db top.",
      "Clients are held, not dropped, unless an order says otherwise."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:it is done", "1:it cannot be", "4:nothing runs here"})
final class DbCommand implements Runnable {
  private static final int MARGIN_SECONDS = 30;

  @Spec @Nullable CommandSpec spec;

  private final Terminal terminal;

  DbCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    throw new ParameterException(commandLine(), "Missing required order");
  }

  private CommandLine commandLine() {
    return java.util.Objects.requireNonNull(spec).commandLine();
  }

  /** How long to wait for transactions. */
  static final class Waiting {
    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        defaultValue = "30",
        description = "How long open transactions may take to end (default: ${DEFAULT-VALUE}).")
    int seconds;
  }

  @Command(description = "Lend no server connection any more; who wants one waits for resume.")
  int pause(
      @Parameters(paramLabel = "NAME") String name,
      @Mixin Waiting waiting,
      @Mixin DataOption data) {
    return order(data, name, "pause", "?wait=" + waiting.seconds, waiting.seconds);
  }

  @Command(description = "Go on after pause or kill.")
  int resume(@Parameters(paramLabel = "NAME") String name, @Mixin DataOption data) {
    return order(data, name, "resume", "", 0);
  }

  @Command(description = "Replace all server connections, each when its transaction has ended.")
  int reconnect(@Parameters(paramLabel = "NAME") String name, @Mixin DataOption data) {
    return order(data, name, "reconnect", "", 0);
  }

  @Command(description = "Close all client and server connections at once, and pause.")
  int kill(@Parameters(paramLabel = "NAME") String name, @Mixin DataOption data) {
    return order(data, name, "kill", "", 0);
  }

  @Command(description = "Refuse new clients; those that are in stay.")
  int disable(@Parameters(paramLabel = "NAME") String name, @Mixin DataOption data) {
    return order(data, name, "disable", "", 0);
  }

  @Command(description = "Let new clients in again.")
  int enable(@Parameters(paramLabel = "NAME") String name, @Mixin DataOption data) {
    return order(data, name, "enable", "", 0);
  }

  @Command(
      description = {
        "Make a replica the primary: pause, wait until it has everything, promote it, resume.",
        "The former primary has to be stopped or made a replica afterwards."
      })
  int switchover(
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--to",
              paramLabel = "HOST:PORT",
              description = "The replica; without it the one that is least behind.")
          @Nullable String to,
      @Mixin Waiting waiting,
      @Mixin DataOption data) {
    String query = "?wait=" + waiting.seconds + (to == null ? "" : "&to=" + encoded(to));
    return order(data, name, "switchover", query, 3 * waiting.seconds);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private int order(DataOption data, String name, String order, String query, int seconds) {
    var answer =
        ControlClient.of(data.in(terminal))
            .post(
                "/v1/databases/" + encoded(name) + "/" + order + query,
                JsonNodeFactory.instance.objectNode(),
                Duration.ofSeconds(seconds + MARGIN_SECONDS));
    terminal.out().println(answer.path("done").asText());
    return ExitCode.OK;
  }
}
