package io.mamparo.compute;

import io.mamparo.kernel.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The processes of a stack's services. Safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class Services implements AutoCloseable {
  /**
   * What services need.
   *
   * @param stack identifies this stack among all on the machine, and stays the same from one start
   *     of Mamparo to the next; every process carries it in {@code MAMPARO_INSTANCE}
   * @param logs directory of the log files, absolute
   * @param host replicas listen on
   * @param ready whether a name of {@link ServicePlan#after} is ready; asked often, must be quick
   */
  public record Config(
      String stack,
      Path logs,
      String host,
      ProcessRecords records,
      ReplicaListener listener,
      Predicate<String> ready,
      Clock clock,
      RandomGenerator random) {
    public Config {
      Checks.name(stack);
      Checks.that(logs.isAbsolute(), "the logs' directory must be absolute");
    }
  }

  private Services() {}

  /** Finds what a former Mamparo started for this stack; starts nothing. */
  public static Services open(Config config) {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes this what is desired and returns at once; services that are not among the plans are
   * stopped. What is to be done is decided again on every event.
   */
  public void apply(Collection<ServicePlan> plans) {
    throw new UnsupportedOperationException();
  }

  /** Decides again, for instance because a database became ready. */
  public void wake() {
    throw new UnsupportedOperationException();
  }

  /** All services that are desired or still have a replica, by name. */
  public List<ServiceStatus> status() {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until every service is ready.
   *
   * @return false when {@code atMost} has passed before
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** The current log files of a service, by replica; see {@link LogTail}. */
  public List<Path> logs(String service) {
    throw new UnsupportedOperationException();
  }

  /** Drains and stops everything, callers before what they call; returns when nothing is left. */
  public void stop() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Sends SIGKILL to a replica's processes; it is restarted like any that ended by itself. */
  public void kill(String service, int replica) {
    throw new UnsupportedOperationException();
  }

  /** Stops a replica's processes with SIGSTOP; closing continues them. */
  public Fault pause(String service, int replica) {
    throw new UnsupportedOperationException();
  }

  /**
   * Lets a replica's processes run only a part of the time, by stopping and continuing them.
   *
   * @param share of time they run, above 0 and below 1
   */
  public Fault slow(String service, int replica, double share) {
    throw new UnsupportedOperationException();
  }

  /** Lets go: leaves every process running, to be found again by the next {@link #open}. */
  @Override
  public void close() {}
}
