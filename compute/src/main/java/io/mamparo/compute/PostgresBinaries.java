package io.mamparo.compute;

import java.nio.file.Path;

/** The PostgreSQL that Mamparo brings along. Safe for use by several threads and processes. */
@SuppressWarnings("DoNotCallSuggester")
public final class PostgresBinaries {
  /** Of the server that is run. */
  public static final String VERSION = "18.6";

  private PostgresBinaries() {}

  /**
   * Unpacks the server below {@code cache} unless that was done before.
   *
   * @return the directory that holds {@code bin/postgres}
   */
  public static Path unpack(Path cache) {
    throw new UnsupportedOperationException();
  }
}
