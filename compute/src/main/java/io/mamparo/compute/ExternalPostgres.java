package io.mamparo.compute;

import io.mamparo.kernel.Clock;
import java.time.Duration;
import java.util.Map;

/** A PostgreSQL that exists; it is watched, never changed. Safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class ExternalPostgres implements AutoCloseable {
  /**
   * Where it is.
   *
   * @param name of the resource
   * @param database its name on that server
   * @param parameters of the URL, such as {@code sslmode}
   * @param interval between two looks
   */
  public record Config(
      String name,
      String host,
      int port,
      String database,
      Login login,
      Map<String, String> parameters,
      Duration interval,
      Duration timeout) {}

  /** Starts nothing. */
  public ExternalPostgres(Config config, DatabaseListener listener, Clock clock) {}

  /** Looks now and from then on; returns at once. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /** As observed. */
  public DatabaseStatus status() {
    throw new UnsupportedOperationException();
  }

  /** Stops watching. */
  @Override
  public void close() {}
}
