package io.mamparo.dbproxy.pool;

/** What is said to those who get no server connection. Safe for use by several threads. */
final class Denials {
  private Denials() {}

  private static String name(Pool pool) {
    return "pool of login \""
        + pool.login().user()
        + "\" to database \""
        + pool.login().database()
        + "\"";
  }

  static Denial exhausted(Pool pool, long waitedNanos) {
    return new Denial(
        "53300",
        "no server connection free within "
            + waitedNanos / 1_000_000
            + " ms: all "
            + pool.limits().max()
            + " connections of the "
            + name(pool)
            + " are in use",
        "Shorten transactions, raise the pool's connections, or let borrow-timeout be longer.");
  }

  static Denial down(Pool pool) {
    return new Denial(
        "57P03",
        "the server of the " + name(pool) + " at " + pool.upstream() + " cannot be reached",
        "Retry; connections are tried again all the time. Check that the server runs.");
  }

  static Denial rejected(Pool pool, String sqlState, String reason) {
    return new Denial(
        sqlState,
        "the server of the " + name(pool) + " at " + pool.upstream() + " refused: " + reason,
        "Check the user, password, database name and tls that the proxy uses there.");
  }

  static Denial closed(Pool pool) {
    return new Denial(
        "57P01", "the " + name(pool) + " has been closed", "Log in again with another login.");
  }
}
