package io.mamparo.kernel;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Says in words why a file or a directory cannot be used. Pure functions. */
public final class FileTrouble {
  private FileTrouble() {}

  /** One clause without a full stop, in which no class is named. */
  public static String words(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission is denied for " + denied.getFile();
      case NoSuchFileException missing -> missing.getFile() + " does not exist and cannot be made";
      case FileAlreadyExistsException other -> other.getFile() + " is a file, not a directory";
      case FileSystemException other when other.getReason() != null ->
          lower(other.getReason()) + " (" + other.getFile() + ")";
      default -> lower(String.valueOf(e.getMessage()));
    };
  }

  /** The first line, as the middle of a sentence. */
  private static String lower(String message) {
    String line = message.lines().findFirst().orElse("");
    return line.isEmpty() || line.equals("null")
        ? "the disk refused it"
        : line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1);
  }
}
