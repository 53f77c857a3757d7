package io.mamparo.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL binaries of the test class path, unpacked once per machine into a directory under
 * {@code java.io.tmpdir} that every user may read.
 */
final class PostgresBinaries {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final Set<PosixFilePermission> PROGRAM =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");

  private PostgresBinaries() {}

  /** The directory that holds {@code bin/postgres}. */
  static synchronized Path directory() throws IOException {
    Path target = Path.of(System.getProperty("java.io.tmpdir"), "mamparo-test-postgres-18.6.0");
    if (Files.isExecutable(target.resolve("bin/postgres"))) {
      return target;
    }
    Path fresh = Files.createTempDirectory("mamparo-test-postgres-");
    try {
      unpack(fresh);
      Files.setPosixFilePermissions(fresh, PROGRAM);
      moveInto(target, fresh);
    } finally {
      deleteAll(fresh);
    }
    return target;
  }

  /** Another process may have been faster: then its copy is used. */
  private static void moveInto(Path target, Path fresh) throws IOException {
    try {
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (!Files.isExecutable(target.resolve("bin/postgres"))) {
        throw e;
      }
    }
  }

  private static void unpack(Path into) throws IOException {
    try (InputStream packed = PostgresBinaries.class.getResourceAsStream(ARCHIVE)) {
      if (packed == null) {
        throw new IOException("no PostgreSQL binaries on the class path: " + ARCHIVE);
      }
      TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)));
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        unpack(tar, e, into.resolve(e.getName()).normalize());
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PROGRAM);
      return;
    }
    Path parent = path.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
      Files.setPosixFilePermissions(parent, PROGRAM);
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      try {
        Files.copy(tar, path);
      } catch (FileAlreadyExistsException e) {
        throw new IOException("twice in the archive: " + entry.getName(), e);
      }
      Files.setPosixFilePermissions(path, (entry.getMode() & 0100) != 0 ? PROGRAM : FILE);
    }
  }

  static void deleteAll(Path directory) throws IOException {
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
