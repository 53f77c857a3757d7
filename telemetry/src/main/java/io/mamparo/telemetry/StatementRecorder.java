package io.mamparo.telemetry;

import io.mamparo.telemetry.metrics.StatementTable;
import org.jspecify.annotations.Nullable;

/**
 * Counts the statements of one database. Resolved once, at configuration time; each event loop
 * passes its own index and is the only writer of its counters. Allocates only when a loop sees a
 * fingerprint for the first time.
 */
public final class StatementRecorder {
  private final StatementTable table;

  StatementRecorder(StatementTable table) {
    this.table = table;
  }

  /**
   * A statement has ended.
   *
   * @param loop index of the calling event loop
   * @param fingerprint the same number for the same normalised text; not {@link Long#MIN_VALUE}
   * @param text the normalised text; free of literals, since it is shown
   * @param rows returned or changed
   * @param bytesIn sent by the client
   * @param bytesOut sent to the client
   * @param waitNanos waited for a server connection
   * @param executionNanos from there to its end
   * @param sqlState of the error that ended it, or null
   */
  public void record(
      int loop,
      long fingerprint,
      String text,
      long rows,
      long bytesIn,
      long bytesOut,
      long waitNanos,
      long executionNanos,
      @Nullable String sqlState) {
    table
        .cell(loop, fingerprint, text)
        .record(rows, bytesIn, bytesOut, waitNanos, executionNanos, sqlState);
  }
}
