package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.kernel.Problem;
import io.mamparo.load.Arrival;
import io.mamparo.load.HttpLoad;
import io.mamparo.load.HttpRequest;
import io.mamparo.load.Load;
import io.mamparo.load.LoadReport;
import io.mamparo.load.LoadRun;
import io.mamparo.load.Pace;
import io.mamparo.load.ReportJson;
import io.mamparo.load.ReportText;
import io.mamparo.load.SqlLoad;
import io.mamparo.load.SqlStatement;
import io.mamparo.load.Template;
import io.mamparo.model.DurationText;
import io.mamparo.model.Rate;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mamparo load}. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Send open-loop traffic; latencies free of coordinated omission.",
      "",
      "A TARGET is a path of the running stack's ingress (/api/v0.1/cars/), a URL, or with --sql",
      "a statement. Several TARGETs are mixed. {seq}, {seq:100}, {random} and {random:100} in a",
      "TARGET or --body are numbers. Latencies count from the moment a request should have begun.",
      "",
      "mamparo load /api/v0.1/cars/ --rate 200/s --duration 30s",
      "mamparo load --sql 'select * from car where capacity > {random:5}' --rate 500/s"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:no request failed", "1:some failed", "2:the command line is wrong"})
final class LoadCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "TARGET", description = "What is asked for.")
  List<String> targets = List.of();

  @Mixin final DataOption data = new DataOption();

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      defaultValue = "50/s",
      description = "Requests a second (default: ${DEFAULT-VALUE}).")
  String rate = "50/s";

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long (default: ${DEFAULT-VALUE}).")
  String duration = "10s";

  @Option(names = "--poisson", description = "Random arrivals, as those of many users are.")
  boolean poisson;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of what is random (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = {"-X", "--method"},
      paramLabel = "METHOD",
      defaultValue = "GET",
      description = "HTTP method (default: ${DEFAULT-VALUE}).")
  String method = "GET";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME: VALUE",
      description = "A request header; several may be given.")
  List<String> headers = List.of();

  @Option(
      names = "--body",
      paramLabel = "TEXT",
      description = "A request body; JSON unless -H says.")
  @Nullable String body;

  @Option(
      names = "--accept",
      paramLabel = "STATUS",
      split = ",",
      description = "Statuses of 400 and above that are no failure.")
  Set<Integer> accept = Set.of();

  @Option(names = "--timeout", paramLabel = "TIME", description = "Of one request (default: 5s).")
  @Nullable String timeout;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Requests, or with --sql connections, at once at most (default: 256, 16).")
  @Nullable Integer inFlight;

  @Option(names = "--sql", description = "TARGETs are SQL statements, sent through the proxy.")
  boolean sql;

  @Option(names = "--database", paramLabel = "NAME", description = "With --sql: which database.")
  @Nullable String database;

  @Option(names = "--json", description = "The report as JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  private final Terminal terminal;

  LoadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    LoadRun run;
    try {
      run = (sql ? Load.sql(sqlLoad()) : Load.http(httpLoad())).start();
    } catch (IllegalArgumentException e) {
      throw new Problem("load", String.valueOf(e.getMessage()), "see mamparo load --help", e);
    }
    Thread stop = new Thread(() -> end(run), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    LoadReport report = watch(run);
    if (run.snapshot().inFlight() == 0) {
      remove(stop);
    }
    terminal.out().println(json ? ReportJson.of(report) : ReportText.of(report).stripTrailing());
    return report.failed() == 0 ? ExitCode.OK : ExitCode.FAILED;
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already.
    }
  }

  /** After Ctrl-C the report of what was sent is printed all the same. */
  private void end(LoadRun run) {
    run.stop();
    terminal.err().println();
    terminal.out().println(json ? ReportJson.of(run.report()) : ReportText.of(run.report()));
    terminal.out().flush();
  }

  private LoadReport watch(LoadRun run) throws InterruptedException {
    Thread progress =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (!json) {
                      Thread.sleep(Duration.ofSeconds(1));
                      terminal
                          .err()
                          .print(
                              (terminal.colours() ? "\r\u001b[K" : "")
                                  + ReportText.progress(run.snapshot())
                                  + (terminal.colours() ? "" : "\n"));
                      terminal.err().flush();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    LoadReport report = run.await();
    progress.interrupt();
    progress.join();
    if (terminal.colours() && !json) {
      terminal.err().print("\r\u001b[K");
    }
    return report;
  }

  private <T> T value(String option, String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "invalid value for option '" + option + "': '" + text + "': " + e.getMessage(),
          e);
    }
  }

  private Pace pace() {
    return new Pace(
        value("--rate", rate, Rate::parse).perSecond(),
        value("--duration", duration, DurationText::parse),
        poisson ? Arrival.POISSON : Arrival.CONSTANT,
        seed);
  }

  private HttpLoad httpLoad() {
    Map<String, String> all = new HashMap<>();
    if (body != null) {
      all.put("Content-Type", "application/json");
    }
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("a header is written as \"Name: value\": " + header);
      }
      all.put(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    String first = targets.getFirst();
    boolean whole = first.matches("https?://.+");
    List<HttpRequest> requests = new ArrayList<>();
    for (String target : targets) {
      String path = whole ? pathOf(target) : target;
      requests.add(
          new HttpRequest(
              method + " " + path,
              1,
              method,
              new Template(path),
              all,
              body == null ? null : new Template(body),
              accept));
    }
    URI origin =
        URI.create(
            whole
                ? first.substring(0, first.length() - pathOf(first).length())
                : variables().path("MAMPARO_URL").asText());
    return new HttpLoad(
        "http",
        pace(),
        origin,
        requests,
        timeout == null
            ? HttpLoad.DEFAULT_TIMEOUT
            : value("--timeout", timeout, DurationText::parse),
        inFlight == null ? HttpLoad.DEFAULT_IN_FLIGHT : inFlight,
        false);
  }

  private static String pathOf(String url) {
    int slash = url.indexOf('/', url.indexOf("://") + 3);
    if (slash < 0) {
      throw new IllegalArgumentException("a URL ends with a path, at least /: " + url);
    }
    return url.substring(slash);
  }

  private JsonNode variables() {
    String query = database == null ? "" : "?database=" + Urls.escaped(database);
    return ControlClient.of(data.in(terminal)).get("/v1/env" + query).path("variables");
  }

  private SqlLoad sqlLoad() {
    JsonNode env = variables();
    if (!env.has("PGHOST")) {
      throw new Problem("stack", "it has no database", "add one to the stack file");
    }
    String url =
        "jdbc:postgresql://"
            + env.path("PGHOST").asText()
            + ":"
            + env.path("PGPORT").asText()
            + "/"
            + env.path("PGDATABASE").asText();
    return new SqlLoad(
        "sql",
        pace(),
        url,
        env.path("PGUSER").asText(),
        env.path("PGPASSWORD").asText(),
        targets.stream().map(SqlStatement::of).toList(),
        timeout == null
            ? SqlLoad.DEFAULT_TIMEOUT
            : value("--timeout", timeout, DurationText::parse),
        inFlight == null ? SqlLoad.DEFAULT_CONNECTIONS : inFlight);
  }
}
