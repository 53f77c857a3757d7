package io.mamparo.compute;

import io.mamparo.kernel.Clock;
import java.util.Collection;
import java.util.Map;

/** One PostgreSQL server with one database, run by Mamparo. Safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class ManagedPostgres implements AutoCloseable {
  /** Opens what is in {@code config.directory()}; starts nothing. */
  public ManagedPostgres(
      PostgresConfig config, ProcessRecords records, DatabaseListener listener, Clock clock) {}

  /**
   * Unpacks, initialises, starts or adopts the server, applies the schema, and keeps it running.
   * Returns at once; what becomes of it is published and found in {@link #status}.
   *
   * @param services each has a login role of its own, a member of the database's owner; more can be
   *     added by calling this again
   */
  public void start(Collection<String> services) {
    throw new UnsupportedOperationException();
  }

  /** As observed. */
  public DatabaseStatus status() {
    throw new UnsupportedOperationException();
  }

  /** The logins of services by name, known before the server runs. Secrets. */
  public Map<String, Login> logins() {
    throw new UnsupportedOperationException();
  }

  /** The login of a person: a member of the owner, as services are. Secret. */
  public Login person() {
    throw new UnsupportedOperationException();
  }

  /** The superuser {@code mamparo}. Secret; for Mamparo alone. */
  public Login superuser() {
    throw new UnsupportedOperationException();
  }

  /** Fast shutdown, then an immediate one; returns when nothing is left. */
  public void stop() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Sends SIGKILL to the postmaster; it is restarted and recovers. */
  public void kill() {
    throw new UnsupportedOperationException();
  }

  /** Stops all its processes with SIGSTOP; closing continues them. */
  public Fault pause() {
    throw new UnsupportedOperationException();
  }

  /**
   * Lets all its processes run only a part of the time.
   *
   * @param share of time they run, above 0 and below 1
   */
  public Fault slow(double share) {
    throw new UnsupportedOperationException();
  }

  /** Lets go: leaves the server running, to be found again by the next {@link #start}. */
  @Override
  public void close() {}
}
