package io.mamparo.app.events;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file that lines are appended to, moved to {@code .1} when it has grown to {@value #LARGEST}
 * bytes; one moved file is kept. Used by one thread.
 */
public final class LineFile {
  static final long LARGEST = 64L << 20;

  private final Path file;

  public LineFile(Path file) {
    this.file = file;
  }

  /** Appends text; a full disk must not stop what is logged, so that failures are not told. */
  public void append(String text) {
    try {
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        Files.move(
            file,
            file.resolveSibling(file.getFileName() + ".1"),
            StandardCopyOption.REPLACE_EXISTING);
      }
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    } catch (IOException e) {
      // See above.
    }
  }
}
