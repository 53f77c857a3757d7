package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mamparo.cli.top.Keyboard;
import io.mamparo.cli.top.Screen;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mamparo db top}. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = {
      "Watch the database proxy: pools, who holds or waits for a connection, statements.",
      "",
      "Keys: q quits, s sorts the statements by something else, p holds the picture.",
      "Statements show what passed since the picture before; percentiles are since the start."
    })
final class DbTopCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

  @Mixin final DataOption data = new DataOption();

  @Option(names = "--once", description = "Print one picture, of one interval, and end.")
  boolean once;

  @Option(names = "--json", description = "Print what /v1/proxy says, a line a picture.")
  boolean json;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "Between pictures (default: ${DEFAULT-VALUE}).")
  double every;

  private final Terminal terminal;

  DbTopCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    long ms = Math.clamp((long) (every * 1_000), 100, 3_600_000);
    ControlClient client = ControlClient.of(data.in(terminal));
    JsonNode first = client.get("/v1/proxy");
    if (json) {
      return lines(client, first, ms);
    }
    if (once) {
      TimeUnit.MILLISECONDS.sleep(ms);
      Screen.render(client.get("/v1/proxy"), first, 120, 60, Screen.Sort.TIME, false)
          .forEach(terminal.out()::println);
      return ExitCode.OK;
    }
    return watch(client, first, ms);
  }

  private int lines(ControlClient client, JsonNode first, long ms) throws InterruptedException {
    terminal.out().println(first);
    while (!once && !terminal.out().checkError()) {
      TimeUnit.MILLISECONDS.sleep(ms);
      terminal.out().println(client.get("/v1/proxy"));
    }
    return ExitCode.OK;
  }

  private int watch(ControlClient client, JsonNode first, long ms) throws InterruptedException {
    Screen.Sort sort = Screen.Sort.TIME;
    boolean held = false;
    @Nullable JsonNode before = null;
    JsonNode now = first;
    try (Keyboard keyboard = Keyboard.open(System.in)) {
      terminal.out().print(ENTER);
      Thread restore = new Thread(() -> leave(keyboard));
      Runtime.getRuntime().addShutdownHook(restore);
      try {
        while (true) {
          int[] size = keyboard.size();
          draw(Screen.render(now, before, size[1], size[0], sort, held));
          char key = keyboard.next(ms);
          switch (key) {
            case 'q', 'Q', 3, 4 -> {
              return ExitCode.OK;
            }
            case 's', 'S' -> sort = sort.next();
            case 'p', 'P', ' ' -> held = !held;
            default -> {
              if (!held) {
                before = now;
                now = client.get("/v1/proxy");
              }
            }
          }
        }
      } finally {
        terminal.out().print(LEAVE);
        terminal.out().flush();
        Runtime.getRuntime().removeShutdownHook(restore);
      }
    }
  }

  /** After Ctrl-C. */
  private void leave(Keyboard keyboard) {
    terminal.out().print(LEAVE);
    terminal.out().flush();
    keyboard.close();
  }

  private void draw(List<String> lines) {
    StringBuilder picture = new StringBuilder(CLEAR);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean head = line.startsWith("DATABASE") || line.strip().matches("(TXAGE|TIMEMS) .*");
      picture.append(head || i == 0 ? terminal.bold(line) : line);
      picture.append(i + 1 < lines.size() ? "\r\n" : "");
    }
    terminal.out().print(picture);
    terminal.out().flush();
  }
}
