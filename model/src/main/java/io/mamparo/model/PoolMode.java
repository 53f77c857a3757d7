package io.mamparo.model;

/** For how long a client of the database proxy keeps a server connection, as PgBouncer means it. */
public enum PoolMode {
  /** To the end of its transaction. */
  TRANSACTION,
  /** Until it goes. */
  SESSION,
  /** To the end of its statement. */
  STATEMENT
}
