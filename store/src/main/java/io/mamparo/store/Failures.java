package io.mamparo.store;

import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** The one place where failures of the storage engine become words for people. Stateless. */
final class Failures {
  private Failures() {}

  static void inDirectory(Path directory, Store.FileCall call) {
    try {
      call.run();
    } catch (IOException e) {
      throw new Problem(
          subject(directory),
          "cannot be created: " + FileTrouble.words(e),
          "choose a directory that you may write, with --data",
          e);
    }
  }

  static Problem problem(Path directory, String doing, RocksDBException e) {
    String subject = subject(directory);
    String message = e.getMessage() == null ? "unknown failure" : e.getMessage();
    Status status = e.getStatus();
    if (isLock(message)) {
      return new Problem(
          subject,
          "another Mamparo uses this directory",
          "stop the other one (mamparo down), or choose another directory with --data",
          e);
    }
    if (isNoSpace(status, message)) {
      return new Problem(
          subject,
          "cannot " + doing + " it: no space is left on the disk",
          "free some space; writing goes on by itself as soon as there is room, or after a restart",
          e);
    }
    if (isCorruption(status, message)) {
      return new Problem(
          subject,
          "cannot " + doing + " it: its files are damaged (" + message + ")",
          "restore the directory from a backup, or move it away to start with an empty one",
          e);
    }
    return new Problem(
        subject,
        "cannot " + doing + " it (" + message + ")",
        "check that the directory is writable and that its disk is healthy",
        e);
  }

  private static String subject(Path directory) {
    return "state directory " + directory;
  }

  private static boolean isLock(String message) {
    return message.contains("lock file:") || message.contains("lock hold by current process");
  }

  private static boolean isNoSpace(Status status, String message) {
    return (status != null && status.getSubCode() == Status.SubCode.NoSpace)
        || message.contains("No space left on device");
  }

  private static boolean isCorruption(Status status, String message) {
    return (status != null && status.getCode() == Status.Code.Corruption)
        || message.startsWith("Corruption");
  }
}
