package io.mamparo.compute;

/**
 * What is remembered of a process, so that it is found again after Mamparo's own {@code kill -9}.
 * Immutable; holds no secret.
 *
 * @param kind service or database
 * @param name of the service or database
 * @param replica from 0; 0 for a database
 * @param instance see {@link ReplicaStatus#instance}
 * @param revision hash of what it runs
 * @param pid of the leader of its process group
 * @param startTicks its start time as in field 22 of {@code /proc/PID/stat}, which with the boot id
 *     tells it from a later process with the same pid
 * @param bootId of the kernel it runs under
 * @param port it listens on
 */
public record ProcessRecord(
    Kind kind,
    String name,
    int replica,
    String instance,
    String revision,
    long pid,
    long startTicks,
    String bootId,
    String host,
    int port) {
  /** What it is a process of. */
  public enum Kind {
    SERVICE,
    DATABASE
  }

  public ProcessRecord {
    Checks.name(name);
    Checks.name(instance);
    Checks.that(pid > 1, "no pid: " + pid);
  }
}
