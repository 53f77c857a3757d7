package io.mamparo.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The log files of a stack that does not run. */
final class LogFiles {
  private final Terminal terminal;
  private final Path data;

  LogFiles(Terminal terminal, Path data) {
    this.terminal = terminal;
    this.data = data;
  }

  int print(@Nullable String name, int tail, boolean follow) throws IOException {
    List<Path> files = files(name);
    if (files.isEmpty()) {
      terminal
          .err()
          .println(
              "mamparo: there is no log of "
                  + (name == null ? "any service" : name)
                  + " in "
                  + data
                  + ", and nothing runs there.");
      return ExitCode.NOT_RUNNING;
    }
    for (Path file : files) {
      String label = String.valueOf(file.getFileName()).replaceFirst("\\.log$", "");
      for (String line : last(file, tail)) {
        terminal.out().println(files.size() > 1 ? terminal.faint(label + " | ") + line : line);
      }
    }
    if (follow) {
      terminal
          .err()
          .println("mamparo: nothing runs in " + data + ", so there is nothing to follow.");
    }
    return ExitCode.OK;
  }

  private List<Path> files(@Nullable String name) throws IOException {
    if ("mamparo".equals(name)) {
      Path own = data.resolve("mamparo.log");
      return Files.exists(own) ? List.of(own) : List.of();
    }
    Path logs = data.resolve("logs");
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(logs)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(logs, "*.log")) {
        for (Path file : all) {
          String base = String.valueOf(file.getFileName()).replaceFirst("(-\\d+)?\\.log$", "");
          if (name == null || base.equals(name)) {
            found.add(file);
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  private static Deque<String> last(Path file, int tail) throws IOException {
    Deque<String> lines = new ArrayDeque<>();
    try (Stream<String> all = Files.lines(file, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      all.forEach(
          line -> {
            lines.addLast(line);
            if (lines.size() > tail) {
              lines.removeFirst();
            }
          });
    }
    return lines;
  }
}
