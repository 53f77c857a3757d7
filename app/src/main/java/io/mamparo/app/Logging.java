package io.mamparo.app;

import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Where log records go: a file, one line a record, four files of 5 MB at most; warnings also to the
 * terminal. The one place that knows {@code java.util.logging}.
 */
final class Logging implements AutoCloseable {
  private static final int KEPT = 3;
  private static final int FILE_BYTES = 5_000_000;

  // Held, because a logger that nobody holds forgets its level.
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private final Handler file;

  private Logging(Handler file) {
    this.file = file;
  }

  /** Directs everything to a file and, from warnings on, to standard error. */
  static Logging to(Path log) {
    try {
      Logger root = Logger.getLogger("");
      for (Handler handler : root.getHandlers()) {
        root.removeHandler(handler);
        handler.close();
      }
      Handler file = new RotatingFile(log, FILE_BYTES, KEPT);
      file.setFormatter(new OneLine());
      root.addHandler(file);
      Handler terminal = new ConsoleHandler();
      terminal.setLevel(Level.WARNING);
      terminal.setFormatter(new OneLine());
      root.addHandler(terminal);
      HELIDON.setLevel(Level.WARNING);
      return new Logging(file);
    } catch (IOException e) {
      throw new Problem(
          "log " + log,
          "cannot be written: " + FileTrouble.words(e),
          "make the directory writable",
          e);
    }
  }

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(file);
    file.close();
  }

  /** {@code 2026-01-01 12:00:00.000 INFO Life: service cars: start 2 replicas}. */
  private static final class OneLine extends Formatter {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    @Override
    public String format(LogRecord record) {
      String name = record.getLoggerName() == null ? "" : record.getLoggerName();
      StringBuilder line = new StringBuilder();
      line.append(TIME.format(Instant.ofEpochMilli(record.getMillis()))).append(' ');
      line.append(level(record.getLevel())).append(' ');
      line.append(name.substring(name.lastIndexOf('.') + 1)).append(": ");
      line.append(formatMessage(record).replace("\n", "\n    ")).append('\n');
      if (record.getThrown() != null) {
        StringWriter trace = new StringWriter();
        record.getThrown().printStackTrace(new PrintWriter(trace));
        line.append("    ").append(trace.toString().strip().replace("\n", "\n    ")).append('\n');
      }
      return line.toString();
    }

    private static String level(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      return level.intValue() >= Level.WARNING.intValue()
          ? "WARN "
          : level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }
  }
}
