package io.mamparo.compute;

/**
 * Fills in what differs between the replicas of a service. Called on any virtual thread.
 *
 * <p>Must be deterministic: a service's revision is the hash of what this returns for port 0, so
 * that a replica is replaced when, and only when, what it runs has changed.
 */
@FunctionalInterface
public interface ProcessTemplate {
  /**
   * The process of one replica.
   *
   * @param replica from 0
   * @param port it is to listen on; 0 when only the revision is asked for
   */
  ProcessSpec at(int replica, int port);
}
