package io.mamparo.compute;

import java.time.Duration;

/**
 * Told about replicas. Called on virtual threads, for one instance in order, for several at once.
 */
public interface ReplicaListener {
  /** Told nothing. */
  ReplicaListener NONE = status -> {};

  /**
   * A replica changed its state, its process or its reason. A replica that is stopped on purpose is
   * reported as {@link ReplicaState#DRAINING} before {@link #drain}.
   */
  void changed(ReplicaStatus status);

  /**
   * Returns when no request is on its way to the replica any more, or when {@code atMost} has
   * passed; SIGTERM is sent then. Returns at once by default.
   */
  default void drain(ReplicaStatus status, Duration atMost) throws InterruptedException {}
}
