package io.mamparo.app;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/**
 * A log file that is moved to {@code .1}, {@code .2} … when it has grown too large; the current one
 * always has the plain name. Safe for use by several threads.
 */
public final class RotatingFile extends Handler {
  private final Path file;
  private final long largest;
  private final int keep;
  private OutputStream out; // guarded by this
  private long size; // guarded by this

  /**
   * Opens it for appending.
   *
   * @param largest bytes after which it is moved
   * @param keep moved files that are kept
   */
  public RotatingFile(Path file, long largest, int keep) throws IOException {
    this.file = file;
    this.largest = largest;
    this.keep = keep;
    out = append();
    size = Files.size(file);
  }

  /** No channel: the interrupt of a thread that is writing would close that for all others. */
  private OutputStream append() throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return new FileOutputStream(file.toFile(), true);
  }

  @Override
  public void publish(LogRecord record) {
    append(getFormatter().format(record).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes whole lines, which stay together in one file. */
  public synchronized void append(byte[] line) {
    try {
      if (size > 0 && size + line.length > largest) {
        rotate();
      }
      out.write(line);
      size += line.length;
    } catch (IOException e) {
      // A full disk must not stop what is logged about it.
    }
  }

  private void rotate() throws IOException {
    out.close();
    for (int i = keep; i > 0; i--) {
      Path from = i == 1 ? file : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    out = append();
    size = 0;
  }

  private Path numbered(int i) {
    return file.resolveSibling(file.getFileName() + "." + i);
  }

  @Override
  public void flush() {}

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      // Nothing more can be written anyway.
    }
  }
}
