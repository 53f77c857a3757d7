package io.mamparo.compute;

/** Where a database stands. */
public enum DatabaseState {
  /** Its data directory is being created, or its server is on its way up or recovers. */
  STARTING,
  /** Accepts connections and answers, and holds its roles and schema. */
  READY,
  /** Should be there and does not answer. */
  UNREACHABLE,
  /** Cannot be used until somebody does something about it. */
  FAILED,
  /** Was stopped on purpose. */
  STOPPED
}
