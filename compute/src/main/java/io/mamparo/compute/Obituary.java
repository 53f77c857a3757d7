package io.mamparo.compute;

import io.mamparo.compute.proc.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says why a process ended. Pure functions but for reading its log. */
final class Obituary {
  private static final int LINES = 3;
  private static final int MAX = 400;

  private Obituary() {}

  /**
   * One sentence.
   *
   * @param exit status as a shell tells it; null when it is not known
   * @param lastWords the end of what it wrote; may be empty
   */
  static String of(@Nullable Integer exit, String lastWords) {
    String how = how(exit);
    return lastWords.isEmpty() ? how + " and wrote nothing" : how + "; it wrote: " + lastWords;
  }

  private static String how(@Nullable Integer exit) {
    if (exit == null) {
      return "ended; its exit code went to nobody because Mamparo had been restarted";
    }
    if (exit > 128 && exit <= 128 + 64) {
      int number = exit - 128;
      String name = Signal.of(number).map(s -> "SIG" + s).orElse("signal " + number);
      return "ended by " + name + (number == 9 ? " (killed, or out of memory)" : "");
    }
    return "ended with exit code " + exit;
  }

  /** The last lines of what was written to a log since it was {@code from} bytes long. */
  static String lastWords(Path log, long from) {
    try {
      if (!Files.exists(log) || Files.size(log) == from) {
        return "";
      }
      List<String> lines = LogTail.last(log, LINES).stream().filter(l -> !l.isBlank()).toList();
      String text = String.join(" | ", lines).strip();
      return text.length() <= MAX ? text : "…" + text.substring(text.length() - MAX);
    } catch (IOException e) {
      return "";
    }
  }
}
