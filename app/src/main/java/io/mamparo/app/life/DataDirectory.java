package io.mamparo.app.life;

import io.mamparo.kernel.FileTrouble;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of one stack, held by one process at a time. Mode 0700, because it holds
 * secrets, logs and data. Safe for use by several threads.
 */
public final class DataDirectory implements AutoCloseable {
  private static final int TOKEN_BYTES = 24;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path root;
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataDirectory(Path root, FileChannel lockFile, FileLock lock) {
    this.root = root;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Opens it, creating it when missing.
   *
   * @throws Problem when another Mamparo holds it, or it cannot be written
   */
  public static DataDirectory open(Path root) {
    try {
      ownerOnly(root);
      FileChannel file =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(file);
      if (lock == null) {
        file.close();
        throw new Problem(
            "data directory " + root,
            "another Mamparo holds it",
            "stop that one with mamparo down, or choose another directory with --data");
      }
      return new DataDirectory(root, file, lock);
    } catch (IOException e) {
      throw new Problem(
          "data directory " + root,
          "cannot be used: " + FileTrouble.words(e),
          "make it writable, or choose another one with --data",
          e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void ownerOnly(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  /** Itself. */
  public Path root() {
    return root;
  }

  /** Log files of services and databases. */
  public Path logs() {
    return root.resolve("logs");
  }

  /** What is remembered of processes. */
  public Path processes() {
    return root.resolve("processes");
  }

  /** The store of desired state. */
  public Path state() {
    return root.resolve("state");
  }

  /** The store of traces and metrics. */
  public Path telemetry() {
    return root.resolve("telemetry");
  }

  /** Reports of game days. */
  public Path gamedays() {
    return root.resolve("gamedays");
  }

  /** Of one database alone. */
  public Path database(String name) {
    return root.resolve("databases").resolve(name);
  }

  /** Identifies this stack among all on the machine; chosen once. */
  public String instance() {
    return secret("instance", 9).replaceAll("[^A-Za-z0-9]", "x");
  }

  /** What the control API asks for; chosen once. */
  public String token() {
    return secret("token", TOKEN_BYTES);
  }

  /**
   * A generated secret, kept in a file of mode 0600; made when there is none.
   *
   * @param bytes of randomness
   */
  public String secret(String name, int bytes) {
    Path directory = root.resolve("secrets");
    Path file = directory.resolve(name);
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      return create(directory, file, bytes);
    } catch (IOException e) {
      throw new Problem("secret " + file, "cannot be read", "make it readable for its owner", e);
    }
  }

  private static synchronized String create(Path directory, Path file, int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try {
      ownerOnly(directory);
      Path next = Files.createTempFile(directory, "new", null);
      try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
        channel.write(
            java.nio.ByteBuffer.wrap(secret.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      Files.move(next, file);
      return secret;
    } catch (IOException e) {
      throw new Problem(
          "secret " + file,
          "cannot be written: " + FileTrouble.words(e),
          "make the directory writable",
          e);
    }
  }

  /** Lets another process have it. */
  @Override
  public void close() throws IOException {
    lock.release();
    lockFile.close();
  }
}
