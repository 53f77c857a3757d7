package io.mamparo.compute;

import io.mamparo.compute.postgres.Archive;
import io.mamparo.compute.postgres.RunAs;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Path;

/** The PostgreSQL that Mamparo brings along. Safe for use by several threads and processes. */
public final class PostgresBinaries {
  /** Of the server that is run. */
  public static final String VERSION = "18.6";

  static final int MAJOR_VERSION = 18;

  /** Where they go when root's own cache is closed to the user the server runs as. */
  private static final Path SHARED = Path.of("/var/cache/mamparo");

  private PostgresBinaries() {}

  /**
   * Unpacks the server below {@code cache} unless that was done before; takes a few seconds. Root's
   * copy goes below {@code /var/cache/mamparo} when not everyone may pass {@code cache}, because
   * the server does not run as root.
   *
   * @return the directory that holds {@code bin/postgres}
   * @throws Problem when that fails
   */
  public static Path unpack(Path cache) {
    Path directory = directory(cache);
    try {
      Archive.unpack(directory);
      return directory;
    } catch (IOException e) {
      throw new Problem(
          "PostgreSQL " + VERSION,
          "cannot be unpacked below " + directory.getParent() + ": " + e.getMessage(),
          "Check the directory's owner and the free space (60 MB)",
          e);
    }
  }

  private static Path directory(Path cache) {
    String name = "postgresql-" + VERSION;
    Path directory = cache.resolve(name);
    boolean closed = RunAs.isRoot() && !RunAs.passable(directory.resolve("bin"));
    return closed ? SHARED.resolve(name) : directory;
  }

  /** Unpacks ahead of the first start: for the build. The argument is the cache's directory. */
  public static void main(String[] args) {
    unpack(Path.of(args[0]).toAbsolutePath());
  }
}
