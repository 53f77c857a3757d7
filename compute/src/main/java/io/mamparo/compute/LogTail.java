package io.mamparo.compute;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Reads log files that are being written and rotated. Stateless. */
@SuppressWarnings("DoNotCallSuggester")
public final class LogTail {
  private LogTail() {}

  /** The last {@code lines} lines of a log, rotated files included; empty when there is none. */
  public static List<String> last(Path log, int lines) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * As {@link #last}, then each line as it comes, over rotations, until {@code open} says no (asked
   * several times a second). Blocks: for a virtual thread.
   */
  public static void follow(Path log, int lines, Consumer<String> sink, BooleanSupplier open)
      throws IOException, InterruptedException {
    throw new UnsupportedOperationException();
  }
}
