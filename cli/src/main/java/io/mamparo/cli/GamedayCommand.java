package io.mamparo.cli;

import io.mamparo.app.ControlFile;
import io.mamparo.gameday.ControlPoint;
import io.mamparo.gameday.GameDay;
import io.mamparo.gameday.GameDayRun;
import io.mamparo.gameday.Verdict;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mamparo gameday}. */
@Command(
    name = "gameday",
    mixinStandardHelpOptions = true,
    description = {
      "Break a running stack on purpose, and see whether what was promised holds.",
      "",
      "The time line is printed as it happens; the report with its graphs is kept with the stack",
      "and shown by the console. Every fault is mended at the end, also after Ctrl-C."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every expectation held",
      "1:one did not, or the game day could not be carried out",
      "3:the file is not right",
      "4:nothing runs here"
    })
final class GamedayCommand implements Callable<Integer> {
  private static final String BUILT_IN = "examples/cars/gamedays";

  @Parameters(
      paramLabel = "FILE",
      description = "A game day, or the name of one of the built-in stack's.")
  Path file = Path.of("gameday.yaml");

  @Mixin final DataOption data = new DataOption();

  @Option(names = "--json", description = "Print the verdict as JSON; the time line to stderr.")
  boolean json;

  @Option(names = "--html", paramLabel = "FILE", description = "Write the report there too.")
  @Nullable Path html;

  private final Terminal terminal;

  GamedayCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    GameDay.Result result = GameDay.parse(find());
    if (!result.findings().isEmpty()) {
      result.findings().forEach(terminal.err()::println);
      return ExitCode.BAD_FILE;
    }
    Path directory = data.in(terminal);
    ControlFile control =
        ControlFile.read(directory)
            .filter(ControlFile::alive)
            .orElseThrow(() -> new ControlClient.NotRunning(directory));
    ControlPoint point = new ControlPoint(control.address(), control.token());
    var lines = json ? terminal.err() : terminal.out();
    Verdict verdict = new GameDayRun(result.orThrow(), point, lines::println).run();
    if (html != null) {
      Files.writeString(terminal.directory().resolve(html), verdict.html());
    }
    if (json) {
      terminal.out().println(verdict.json().toPrettyString());
    } else {
      String text = verdict.text();
      terminal.out().println(verdict.passed() ? terminal.good(text) : terminal.bad(text));
    }
    return verdict.passed() ? ExitCode.OK : ExitCode.FAILED;
  }

  private Path find() throws IOException {
    Path named = terminal.directory().resolve(file);
    if (Files.exists(named)) {
      return named;
    }
    String name = file.toString();
    Path builtIn =
        StackSource.home()
            .resolve(BUILT_IN)
            .resolve(name.endsWith(".yaml") ? name : name + ".yaml");
    if (Files.exists(builtIn)) {
      return builtIn;
    }
    List<String> known = builtIn();
    throw new Problem(
        "game day " + named,
        "there is no such file",
        "name a file" + (known.isEmpty() ? "" : ", or one of " + String.join(", ", known)));
  }

  private static List<String> builtIn() throws IOException {
    Path directory = StackSource.home().resolve(BUILT_IN);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(each -> String.valueOf(each.getFileName()))
          .filter(each -> each.endsWith(".yaml"))
          .map(each -> each.substring(0, each.length() - ".yaml".length()))
          .sorted()
          .toList();
    }
  }
}
