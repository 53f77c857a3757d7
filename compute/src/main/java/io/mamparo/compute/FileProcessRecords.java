package io.mamparo.compute;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Process records as small files, replaced atomically. Safe for use by several threads. */
final class FileProcessRecords implements ProcessRecords {
  private static final Logger LOG = System.getLogger(FileProcessRecords.class.getName());
  private static final String SUFFIX = ".process";

  private final Path directory;

  FileProcessRecords(Path directory) {
    this.directory = PrivateFiles.directory(directory);
  }

  @Override
  public void put(ProcessRecord r) {
    String line =
        String.join(
            " ",
            r.kind().name(),
            r.name(),
            Integer.toString(r.replica()),
            r.instance(),
            r.revision(),
            Long.toString(r.pid()),
            Long.toString(r.startTicks()),
            r.bootId(),
            r.host(),
            Integer.toString(r.port()));
    Path next = directory.resolve(r.instance() + ".next");
    try {
      Files.deleteIfExists(next);
      PrivateFiles.create(next, line + "\n");
      Files.move(next, file(r.instance()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new Problem(
          "state directory " + directory,
          "cannot be written: " + e.getMessage(),
          "Free some space or choose another directory",
          e);
    }
  }

  @Override
  public void remove(String instance) {
    try {
      Files.deleteIfExists(file(instance));
    } catch (IOException e) {
      // A record of a process that is gone does no harm: nobody has its pid and start time.
      LOG.log(Level.WARNING, "cannot remove the record of {0}: {1}", instance, e.getMessage());
    }
  }

  @Override
  public List<ProcessRecord> all() {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(SUFFIX))
          .flatMap(file -> read(file).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<ProcessRecord> read(Path file) {
    try {
      String[] f = Files.readString(file).strip().split(" ");
      return Optional.of(
          new ProcessRecord(
              ProcessRecord.Kind.valueOf(f[0]),
              f[1],
              Integer.parseInt(f[2]),
              f[3],
              f[4],
              Long.parseLong(f[5]),
              Long.parseLong(f[6]),
              f[7],
              f[8],
              Integer.parseInt(f[9])));
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      LOG.log(Level.WARNING, "a process record cannot be read: {0}", file);
      return Optional.empty();
    }
  }

  private Path file(String instance) {
    return directory.resolve(instance + SUFFIX);
  }
}
