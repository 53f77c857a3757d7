package io.mamparo.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The database proxy.
 *
 * @param listen where clients connect
 * @param pools limits of every (service, database) pool
 * @param clients client connections at most, of all logins together
 * @param breaker of each database; absent when switched off
 * @param tls of client connections; absent when switched off
 * @param access who may come in; all logins when empty
 * @param iam users who log in with an RDS IAM token
 */
public record ProxySpec(
    Listen listen,
    PoolSpec pools,
    int clients,
    @Nullable BreakerSpec breaker,
    @Nullable TlsSpec tls,
    List<AccessSpec> access,
    List<String> iam) {
  public ProxySpec {
    access = List.copyOf(access);
    iam = List.copyOf(iam);
    Require.between(1, clients, 1_000_000, "clients");
  }

  /**
   * Limits of one pool of server connections.
   *
   * @param min server connections that are kept open, from the start on
   * @param max server connections, unless the service says {@code connections}
   * @param waiting clients that may wait for a connection; the next one is refused at once (53300)
   * @param borrowTimeout how long a client waits for a connection before it is refused
   * @param idleTimeout after which an unused server connection is closed
   * @param maxLifetime after which a server connection is replaced
   * @param checkAfter how long unused one is asked for a sign of life before it is lent
   * @param preparedStatements kept on each server connection
   * @param transactionTimeout of a transaction; zero for none
   * @param idleInTransaction of a client that does nothing in a transaction; zero for none
   * @param clientIdle of a client that does nothing at all; zero for none
   * @param mode for how long a client keeps a connection, unless the database or service says so
   */
  public record PoolSpec(
      int min,
      int max,
      int waiting,
      Duration borrowTimeout,
      Duration idleTimeout,
      Duration maxLifetime,
      Duration checkAfter,
      int preparedStatements,
      Duration transactionTimeout,
      Duration idleInTransaction,
      Duration clientIdle,
      PoolMode mode) {
    public PoolSpec {
      Require.between(1, max, 10_000, "max");
      Require.between(0, min, max, "min");
      Require.positive(checkAfter, "check-after");
      Require.between(0, waiting, 1_000_000, "waiting");
      Require.positive(borrowTimeout, "borrow-timeout");
      Require.positive(idleTimeout, "idle-timeout");
      Require.positive(maxLifetime, "max-lifetime");
      Require.between(0, preparedStatements, 100_000, "prepared-statements");
    }
  }
}
