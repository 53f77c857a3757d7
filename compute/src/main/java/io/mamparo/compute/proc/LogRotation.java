package io.mamparo.compute.proc;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Moves the head of a log file that a process appends to into {@code log.1}, and that one into
 * {@code log.2} and so on. Stateless but for one lock.
 *
 * <p>The writer cannot be told to reopen its file, so its head is copied and then taken out of it:
 * on ext4 and XFS by collapsing the range, which loses nothing; elsewhere by truncating the file,
 * which loses what is written in the microseconds between the end of the copy and the truncation.
 * Either way {@code log.2}, {@code log.1} and {@code log}, one after the other, are the bytes that
 * were written.
 */
public final class LogRotation {
  /** Readers see a log and its rotated files at one moment. */
  private static final ReadWriteLock SWAP = new ReentrantReadWriteLock();

  /** A multiple of every block size of ext4 and XFS in use on x86 and ARM. */
  private static final long BLOCK = 65_536;

  private LogRotation() {}

  /** A look at a log and its rotated files. */
  @FunctionalInterface
  public interface Look<T> {
    T at() throws IOException;
  }

  /** Runs {@code look} while no log is being exchanged. */
  public static <T> T steady(Look<T> look) throws IOException {
    SWAP.readLock().lock();
    try {
      return look.at();
    } finally {
      SWAP.readLock().unlock();
    }
  }

  /** The rotated file of this age, from 1. */
  public static Path rotated(Path log, int age) {
    return log.resolveSibling(log.getFileName() + "." + age);
  }

  /**
   * Rotates {@code log} if it has reached {@code maxBytes}.
   *
   * @param keep rotated files kept
   * @return whether it was rotated
   */
  public static boolean rotate(Path log, long maxBytes, int keep) throws IOException {
    if (!Files.exists(log) || Files.size(log) < maxBytes) {
      return false;
    }
    Path copy = log.resolveSibling(log.getFileName() + ".0");
    try (FileChannel from =
            FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel to = create(copy)) {
      long length = from.size() / BLOCK * BLOCK;
      copy(from, 0, length, to);
      SWAP.writeLock().lock();
      try {
        if (length == 0 || Libc.collapseHead(log, length) < 0) {
          truncate(from, length, to);
        }
        shift(log, copy, keep);
      } finally {
        SWAP.writeLock().unlock();
      }
    }
    return true;
  }

  private static FileChannel create(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return FileChannel.open(file, StandardOpenOption.WRITE);
  }

  private static void truncate(FileChannel from, long copied, FileChannel to) throws IOException {
    long at = copied;
    for (long size = from.size(); at < size; size = from.size()) {
      copy(from, at, size, to);
      at = size;
    }
    from.truncate(0);
  }

  private static void copy(FileChannel from, long start, long end, FileChannel to)
      throws IOException {
    for (long at = start; at < end; ) {
      long copied = from.transferTo(at, end - at, to);
      if (copied <= 0) {
        throw new IOException("the log became shorter while it was copied");
      }
      at += copied;
    }
  }

  private static void shift(Path log, Path copy, int keep) throws IOException {
    if (keep == 0) {
      Files.deleteIfExists(copy);
      return;
    }
    for (int age = keep - 1; age >= 1; age--) {
      if (Files.exists(rotated(log, age))) {
        Files.move(rotated(log, age), rotated(log, age + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(copy, rotated(log, 1), StandardCopyOption.REPLACE_EXISTING);
  }
}
