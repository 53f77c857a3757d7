package io.mamparo.load;

import java.time.Duration;
import java.util.List;

/**
 * Load over the PostgreSQL protocol, each statement in a transaction of its own.
 *
 * @param url {@code jdbc:postgresql://host:port/database}, without credentials
 * @param timeout from the intended start of a statement; default 10 s
 * @param connections kept open, each with one statement at a time; default 16
 */
public record SqlLoad(
    String name,
    Pace pace,
    String url,
    String user,
    String password,
    List<SqlStatement> statements,
    Duration timeout,
    int connections) {
  /** The documented default. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** The documented default. */
  public static final int DEFAULT_CONNECTIONS = 16;

  public SqlLoad {
    statements = List.copyOf(statements);
    if (!url.startsWith("jdbc:postgresql://")) {
      throw new IllegalArgumentException("expected jdbc:postgresql://host:port/database");
    }
    if (statements.isEmpty()) {
      throw new IllegalArgumentException("a load needs at least one statement");
    }
    if (timeout.toMillis() < 1 || connections < 1 || connections > 10_000) {
      throw new IllegalArgumentException("timeout must be at least 1 ms, connections 1 to 10000");
    }
  }

  /** The password stays out of logs. */
  @Override
  public String toString() {
    return "SqlLoad[" + name + ", " + pace + ", " + user + " at " + url + "]";
  }
}
