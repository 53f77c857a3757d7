package io.mamparo.compute;

/** Where a replica stands; drawn in ReplicaMachine. */
public enum ReplicaState {
  /** Its process runs and has not been found healthy yet. */
  STARTING,
  /** Passes its health checks. */
  HEALTHY,
  /** Runs, and fails its health checks. */
  UNHEALTHY,
  /** Ended by itself or could not be started; waits for the next attempt. */
  BACKING_OFF,
  /** As {@link #BACKING_OFF}, for the third time or more in short order. */
  CRASH_LOOPING,
  /** Is to stop, and finishes what it has begun; SIGTERM comes next. */
  DRAINING,
  /** Was sent SIGTERM. */
  STOPPING,
  /** Nothing of it is left. */
  STOPPED;

  /** Whether requests should be sent to it. */
  public boolean ready() {
    return this == HEALTHY;
  }

  /** Whether it is on its way out or gone. */
  public boolean leaving() {
    return this == DRAINING || this == STOPPING || this == STOPPED;
  }
}
