package io.mamparo.dbproxy.pool;

/** What is said to those who get no server connection. Safe for use by several threads. */
final class Denials {
  private Denials() {}

  private static String name(Pool pool) {
    return "pool of login \"" + pool.login().user() + "\" to database \"" + pool.endpoint() + "\"";
  }

  static Denial exhausted(Pool pool, long waitedNanos) {
    return new Denial(
        "53300",
        "no server connection free within "
            + waitedNanos / 1_000_000
            + " ms: all "
            + pool.most()
            + " connections of the "
            + name(pool)
            + " are in use",
        "Shorten transactions, raise the pool's connections, or let borrow-timeout be longer.");
  }

  static Denial tooManyWait(Pool pool) {
    return new Denial(
        "53300",
        pool.limits().waiting()
            + " transactions wait already for a server connection of the "
            + name(pool),
        "Retry later; shorten transactions, raise the pool's connections, or let more wait with"
            + " proxy.pools.waiting.");
  }

  static Denial full(Pool pool, String reason) {
    return new Denial(
        "53300",
        "the server of the " + name(pool) + " at " + pool.place() + " takes no more: " + reason,
        "Lower the connections of the pools, set the database's connections, or raise the server's"
            + " max_connections.");
  }

  static Denial down(Pool pool) {
    return new Denial(
        "57P03",
        "the server of the " + name(pool) + " at " + pool.place() + " cannot be reached",
        "Retry; connections are tried again all the time. Check that the server runs.");
  }

  static Denial rejected(Pool pool, String sqlState, String reason) {
    return new Denial(
        sqlState,
        "the server of the " + name(pool) + " at " + pool.place() + " refused: " + reason,
        "Check the user, password, database name and tls that the proxy uses there.");
  }

  static Denial closed(Pool pool) {
    return new Denial(
        "57P01", "the " + name(pool) + " has been closed", "Log in again with another login.");
  }
}
