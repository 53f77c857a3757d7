package io.mamparo.app.events;

import io.mamparo.app.RotatingFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A log file for those who must not wait, such as event loops: they hand over what is to be noted,
 * and one virtual thread makes lines of it and appends them. Safe for use by several threads.
 *
 * <p>Invariant: at most as many as was said wait; whoever hands over one more is told so.
 */
final class LineFile<T> implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LineFile.class.getName());
  private static final int BATCH = 500;

  /** Where lines go; asked for with the first one. */
  interface Opening {
    RotatingFile open() throws IOException;
  }

  private final String name;
  private final Opening opening;
  private final Function<T, String> text;
  private final BlockingQueue<T> waiting;
  private final Thread writer;
  private @Nullable RotatingFile file; // of the writer, and of close() after its end
  private boolean troubled; // of the writer

  /**
   * Begins to wait for lines.
   *
   * @param name of the log, in words
   * @param most that may wait
   * @param text what is written of one, with the line's end; called by the writing thread
   */
  LineFile(String name, Opening opening, int most, Function<T, String> text) {
    this.name = name;
    this.opening = opening;
    this.text = text;
    waiting = new ArrayBlockingQueue<>(most);
    writer = Thread.ofVirtual().name(name).start(this::run);
  }

  /** A file that is made with the first line, moved when it has {@code largest} bytes. */
  static Opening at(Path path, long largest, int keep) {
    return () -> {
      Files.createDirectories(path.toAbsolutePath().getParent());
      return new RotatingFile(path, largest, keep);
    };
  }

  /** Hands one over; false when there is no room for it. Never blocks. */
  boolean offer(T line) {
    return waiting.offer(line);
  }

  private void run() {
    List<T> lines = new ArrayList<>();
    try {
      while (true) {
        lines.add(waiting.take());
        waiting.drainTo(lines, BATCH);
        write(lines);
      }
    } catch (InterruptedException e) {
      waiting.drainTo(lines);
      write(lines);
    }
  }

  private void write(List<T> lines) {
    try {
      StringBuilder all = new StringBuilder();
      lines.forEach(line -> all.append(text.apply(line)));
      if (!all.isEmpty()) {
        opened().append(all.toString().getBytes(StandardCharsets.UTF_8));
        troubled = false;
      }
    } catch (IOException | RuntimeException e) {
      if (!troubled) {
        LOG.log(Level.ERROR, "the " + name + " cannot be written", e);
      }
      troubled = true;
    } finally {
      lines.clear();
    }
  }

  private RotatingFile opened() throws IOException {
    RotatingFile open = file;
    if (open == null) {
      open = opening.open();
      file = open;
    }
    return open;
  }

  /** Writes what waits, then closes. */
  @Override
  public void close() {
    writer.interrupt();
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (file != null) {
      file.close();
    }
  }
}
