package io.mamparo.compute;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and directories that only their owner may read. Stateless. */
final class PrivateFiles {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private PrivateFiles() {}

  /** Creates a directory (mode 0700) and what is missing above it; returns it. */
  static Path directory(Path directory) {
    FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(DIRECTORY);
    try {
      return Files.createDirectories(directory, mode);
    } catch (IOException e) {
      throw new Problem(
          "directory " + directory,
          "cannot be created: " + e.getMessage(),
          "Check its owner and the free space, or choose another directory",
          e);
    }
  }

  /** Creates a file (mode 0600) with this text. */
  static void create(Path file, String text) throws IOException {
    Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
    Files.writeString(file, text);
  }
}
