package io.mamparo.wire.tls;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Files with certificates that may be replaced while they are in use. Whoever owns it calls {@link
 * #look} every second or so: what is looked at is size, time and number of the files, which works
 * for links, renames and volumes where notifications do not. Not for use by several threads.
 *
 * <p>Invariant: what is given on was read as a whole and is usable; a bad file changes nothing and
 * is complained about once for each change.
 */
public final class CertificateFiles<T> {
  private final List<Path> files;
  private final Supplier<T> read;
  private final Consumer<T> use;
  private final Consumer<String> complain;
  private List<Object> seen = List.of();
  private @Nullable String problem;

  /**
   * Nothing is read yet.
   *
   * @param files what to watch
   * @param read reads them all; throws a {@link Problem} when they are unusable
   * @param use takes what was read
   * @param complain told why a change was not taken
   */
  public CertificateFiles(
      List<Path> files, Supplier<T> read, Consumer<T> use, Consumer<String> complain) {
    this.files = List.copyOf(files);
    this.read = read;
    this.use = use;
    this.complain = complain;
  }

  /**
   * Reads the files for the first time.
   *
   * @throws Problem when they are unusable
   */
  public void begin() {
    seen = state();
    use.accept(read.get());
  }

  /** Reads the files again if they have changed. Returns whether a change was taken. */
  public boolean look() {
    List<Object> now = state();
    if (now.equals(seen)) {
      return false;
    }
    try {
      T value = read.get();
      if (!now.equals(state())) {
        // Still being written: look again.
        return false;
      }
      use.accept(value);
      seen = now;
      problem = null;
      return true;
    } catch (Problem e) {
      // Certificate and key are seldom replaced in one step, so the next look tries again.
      String words = e.getMessage() + ". The one before stays in use";
      if (!words.equals(problem)) {
        problem = words;
        complain.accept(words);
      }
      return false;
    }
  }

  /** Why the present files are not in use; null when they are. */
  public @Nullable String problem() {
    return problem;
  }

  private List<Object> state() {
    List<Object> all = new ArrayList<>();
    for (Path file : files) {
      try {
        BasicFileAttributes at = Files.readAttributes(file, BasicFileAttributes.class);
        all.add(at.size());
        all.add(at.lastModifiedTime());
        all.add(Objects.requireNonNullElse(at.fileKey(), ""));
      } catch (IOException e) {
        all.add("missing");
      }
    }
    return all;
  }
}
