package io.mamparo.store;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native code once a process, from any thread: from {@code java.library.path} when
 * a file of {@link #fileName()} lies there (what the launcher arranges, since unpacking 17 MB on
 * every start is slow), else from a copy unpacked beside the JVM's temporary files, which is
 * removed again as soon as it is mapped.
 */
public final class NativeLibrary {
  private static boolean loaded;

  private NativeLibrary() {}

  /** The file's name, in the RocksDB jar's root and on java.library.path. */
  public static String fileName() {
    return Environment.getJniLibraryFileName("rocksdb");
  }

  /**
   * Loads it unless that was done before.
   *
   * @throws Problem when it cannot be loaded on this machine
   */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    try {
      if (!onLibraryPath()) {
        unpackAndLoad();
      } else {
        RocksDB.loadLibrary();
      }
      loaded = true;
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new Problem(
          "storage engine",
          "its native library " + fileName() + " cannot be loaded (" + e.getMessage() + ")",
          "make the temporary directory writable and executable, or use a supported machine (Linux,"
              + " macOS on x86-64 or arm64)",
          e);
    }
  }

  private static boolean onLibraryPath() {
    String path = System.getProperty("java.library.path", "");
    for (String dir : path.split(java.io.File.pathSeparator, -1)) {
      if (!dir.isEmpty() && Files.isRegularFile(Path.of(dir, fileName()))) {
        return true;
      }
    }
    return false;
  }

  private static void unpackAndLoad() throws IOException {
    Path dir = Files.createTempDirectory("mamparo-native");
    Path file = dir.resolve(fileName());
    // RocksDB 11 says "jni" twice when it looks into a given directory.
    Path otherName = dir.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    try (InputStream in = RocksDB.class.getResourceAsStream("/" + fileName())) {
      if (in == null) {
        throw new IOException("there is none for this operating system and processor");
      }
      Files.copy(in, file);
      Files.createLink(otherName, file);
      RocksDB.loadLibrary(List.of(dir.toString()));
    } finally {
      Files.deleteIfExists(otherName);
      Files.deleteIfExists(file);
      Files.deleteIfExists(dir);
    }
  }
}
