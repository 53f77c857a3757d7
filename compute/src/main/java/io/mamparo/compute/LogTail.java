package io.mamparo.compute;

import io.mamparo.compute.proc.LogRotation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads log files that are being written and rotated. Stateless. Lines are cut at 16 KiB. Bytes
 * that are not UTF-8 are shown as replacement characters.
 */
public final class LogTail {
  /** Of lines, at most, that are asked for at once. */
  public static final int MAX_LINES = 10_000;

  private static final int MAX_LINE = 16_384;
  private static final int CHUNK = 65_536;
  private static final long POLL_MILLIS = 100;

  private LogTail() {}

  /** The last {@code lines} lines of a log, rotated files included; empty when there is none. */
  public static List<String> last(Path log, int lines) throws IOException {
    Tail tail = LogRotation.steady(() -> lastLines(log, lines));
    if (tail.unfinished().isEmpty() || lines <= 0) {
      return tail.lines();
    }
    List<String> all = new ArrayList<>(tail.lines());
    all.add(tail.unfinished());
    return List.copyOf(all.subList(Math.max(0, all.size() - lines), all.size()));
  }

  /**
   * As {@link #last}, then each line as it comes, over rotations, until {@code open} says no (asked
   * several times a second). Blocks: for a virtual thread. A reader that is slower than two
   * rotations misses what lies between them.
   */
  public static void follow(Path log, int lines, Consumer<String> sink, BooleanSupplier open)
      throws IOException, InterruptedException {
    Tail start = LogRotation.steady(() -> lastLines(log, lines));
    start.lines().forEach(sink);
    Follower follower = new Follower(log, start.position(), start.rotated(), sink);
    while (open.getAsBoolean()) {
      if (!LogRotation.steady(follower::step)) {
        Thread.sleep(POLL_MILLIS);
      }
    }
    follower.end();
  }

  /**
   * The end of a log at one moment.
   *
   * @param unfinished what follows the last newline
   * @param position in the current file up to which it was read, {@code unfinished} not counted
   * @param rotated identifies the newest rotated file
   */
  private record Tail(
      List<String> lines, String unfinished, long position, @Nullable Object rotated) {}

  private static Tail lastLines(Path log, int lines) throws IOException {
    int wanted = Math.min(lines, MAX_LINES);
    Deque<byte[]> chunks = new ArrayDeque<>();
    long newlines = 0;
    long current = size(log);
    Path file = log;
    for (int age = 0; newlines <= wanted && Files.exists(file); file = rotated(log, ++age)) {
      newlines += prepend(file, age == 0 ? current : size(file), wanted - newlines, chunks);
    }
    List<String> all = new ArrayList<>();
    Splitter splitter = new Splitter(all::add);
    chunks.forEach(chunk -> splitter.take(chunk, chunk.length));
    long position = current - splitter.pending();
    List<String> last = all.subList(Math.max(0, all.size() - wanted), all.size());
    return new Tail(
        List.copyOf(last), splitter.line(), Math.max(0, position), key(rotated(log, 1)));
  }

  /** Reads chunks from the end until there are more newlines than wanted; says how many. */
  private static long prepend(Path file, long size, long wanted, Deque<byte[]> chunks)
      throws IOException {
    long newlines = 0;
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      for (long end = size; end > 0 && newlines <= wanted; ) {
        byte[] chunk = new byte[(int) Math.min(CHUNK, end)];
        end -= chunk.length;
        in.seek(end);
        in.readFully(chunk);
        chunks.addFirst(chunk);
        for (byte b : chunk) {
          newlines += b == '\n' ? 1 : 0;
        }
      }
    }
    return newlines;
  }

  private static Path rotated(Path log, int age) {
    return LogRotation.rotated(log, age);
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
        : null;
  }

  /** Reads what was appended since it last looked. Owned by the following thread. */
  private static final class Follower {
    private final Path log;
    private final Splitter splitter;
    private final byte[] chunk = new byte[CHUNK];
    private long position;
    private @Nullable Object newest;

    Follower(Path log, long position, @Nullable Object newest, Consumer<String> sink) {
      this.log = log;
      this.position = position;
      this.newest = newest;
      splitter = new Splitter(sink);
    }

    /** Reads a chunk; false when there was nothing to read. */
    boolean step() throws IOException {
      Object now = key(rotated(log, 1));
      if (!Objects.equals(now, newest)) {
        int read = read(rotated(log, 1));
        if (read > 0) {
          return true;
        }
        newest = now;
        position = 0;
      } else if (size(log) < position) {
        position = 0;
      }
      return read(log) > 0;
    }

    private int read(Path file) throws IOException {
      if (!Files.exists(file)) {
        return 0;
      }
      try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
        in.seek(position);
        int read = in.read(chunk);
        if (read > 0) {
          position += read;
          splitter.take(chunk, read);
        }
        return read;
      }
    }

    void end() {
      splitter.end();
    }
  }

  /** Cuts bytes into lines. */
  private static final class Splitter {
    private final Consumer<String> sink;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int pending;

    Splitter(Consumer<String> sink) {
      this.sink = sink;
    }

    void take(byte[] bytes, int length) {
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          emit();
        } else {
          pending++;
          if (line.size() < MAX_LINE) {
            line.write(bytes[i]);
          }
        }
      }
    }

    /** Bytes of a line that has not ended yet. */
    int pending() {
      return pending;
    }

    String line() {
      return line.toString(StandardCharsets.UTF_8);
    }

    /** Nothing more comes: what has no newline is a line too. */
    void end() {
      if (pending > 0) {
        emit();
      }
    }

    private void emit() {
      sink.accept(line());
      line.reset();
      pending = 0;
    }
  }
}
