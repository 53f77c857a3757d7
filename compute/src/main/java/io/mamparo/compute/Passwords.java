package io.mamparo.compute;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Passwords that are generated once and kept in files (mode 0600) of one directory (mode 0700).
 * Safe for use by several threads; two processes must not share a directory.
 */
public final class Passwords {
  /** 192 bits: 32 characters that need no escaping in a URL, a shell or SQL. */
  private static final int BYTES = 24;

  private final Path directory;
  private final SecureRandom random = new SecureRandom();

  /** Keeps passwords in {@code directory}, which is created when missing. */
  public Passwords(Path directory) {
    this.directory = PrivateFiles.directory(directory);
  }

  /** The password of this name, generated when there is none yet. */
  public synchronized String of(String name) {
    Checks.name(name);
    Path file = directory.resolve(name);
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      String password = generate();
      Path next = directory.resolve(name + ".next");
      Files.deleteIfExists(next);
      PrivateFiles.create(next, password);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      return password;
    } catch (IOException e) {
      throw new Problem(
          "password file " + file,
          "cannot be read or written: " + e.getMessage(),
          "Check the directory's owner and the free space",
          e);
    }
  }

  private String generate() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
