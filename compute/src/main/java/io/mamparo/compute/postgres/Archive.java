package io.mamparo.compute.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks the PostgreSQL of our class path. Safe for use by several threads and processes: one
 * holds a lock while it unpacks into a directory that then gets its final name at once.
 */
public final class Archive {
  private static final String RESOURCE = "/postgres-linux-x86_64.txz";
  private static final String PROGRAM = "bin/postgres";
  private static final Set<PosixFilePermission> EXECUTABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rw-r--r--");

  private Archive() {}

  /** Whether {@code directory} holds all of it. */
  public static boolean isUnpacked(Path directory) {
    return Files.isExecutable(directory.resolve(PROGRAM));
  }

  /** Unpacks it as {@code directory} unless that was done before. */
  public static void unpack(Path directory) throws IOException {
    if (isUnpacked(directory)) {
      return;
    }
    Path parent = readableDirectory(directory.resolveSibling("").toAbsolutePath());
    Path name = directory.getFileName();
    // Between threads of one JVM a file lock is an error, so these take turns first.
    synchronized (Archive.class) {
      try (FileChannel channel =
              FileChannel.open(
                  parent.resolve("." + name + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !isUnpacked(directory)) {
          Path fresh = parent.resolve("." + name + ".unpacking");
          delete(fresh);
          unpackInto(readableDirectory(fresh));
          delete(directory);
          Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }

  private static Path readableDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Path parent = directory.getParent();
      if (parent != null) {
        readableDirectory(parent);
      }
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, EXECUTABLE);
    }
    return directory;
  }

  private static void unpackInto(Path target) throws IOException {
    try (InputStream packed = Archive.class.getResourceAsStream(RESOURCE)) {
      if (packed == null) {
        throw new IOException("this build has no PostgreSQL for this machine");
      }
      TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed, 1 << 16)));
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        Path path = target.resolve(e.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("an entry leads out of the archive: " + e.getName());
        }
        if (wanted(e.getName())) {
          entry(tar, e, path);
        }
      }
    }
  }

  /** All but what only a compiler needs. */
  private static boolean wanted(String name) {
    return !name.endsWith(".a") && !name.contains("/pkgconfig") && !name.contains("/pgxs");
  }

  private static void entry(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      readableDirectory(path);
      return;
    }
    Path parent = path.getParent();
    if (parent != null) {
      readableDirectory(parent);
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      Files.setPosixFilePermissions(path, (entry.getMode() & 0100) != 0 ? EXECUTABLE : READABLE);
    }
  }

  /** Deletes a directory and what is in it; nothing when there is none. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
