package io.mamparo.dbproxy;

/** How a client took longer than it may, and PostgreSQL's own word for it. */
public enum Overdue {
  /** Its transaction went on for too long. */
  TRANSACTION("25P04", "canceling transaction due to transaction timeout", "transaction-timeout"),
  /** It did nothing in an open transaction for too long. */
  IDLE_IN_TRANSACTION(
      "25P03",
      "canceling transaction due to idle-in-transaction timeout",
      "idle-in-transaction-timeout"),
  /** It did nothing outside of a transaction for too long. */
  IDLE("57P05", "terminating connection due to idle-session timeout", "client-idle-timeout");

  private final String sqlState;
  private final String message;
  private final String key;

  Overdue(String sqlState, String message, String key) {
    this.sqlState = sqlState;
    this.message = message;
    this.key = key;
  }

  /** Five characters. */
  public String sqlState() {
    return sqlState;
  }

  /** What the client is told. */
  public String message() {
    return message;
  }

  /** What the client is told to do. */
  public String hint() {
    return "The limit is " + key + " of proxy.pools, or of the service's database.";
  }

  /** In lower case with hyphens, as in metrics. */
  public String text() {
    return key;
  }
}
