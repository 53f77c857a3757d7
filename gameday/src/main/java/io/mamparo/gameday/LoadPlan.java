package io.mamparo.gameday;

import io.mamparo.load.Arrival;
import io.mamparo.load.HttpRequest;
import io.mamparo.load.SqlStatement;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A steady load that runs through the whole game day.
 *
 * @param perSecond requests a second
 * @param timeout of a request, from its intended start
 * @param inFlight requests under way at a time; connections for SQL
 */
public record LoadPlan(
    String name, double perSecond, Arrival arrival, Duration timeout, int inFlight, Target target) {
  /** What is loaded. */
  public sealed interface Target {}

  /**
   * HTTP requests.
   *
   * @param url where to; the stack's ingress if null
   */
  public record Http(@Nullable URI url, List<HttpRequest> requests) implements Target {
    public Http {
      requests = List.copyOf(requests);
    }
  }

  /** Statements through the database proxy, to a database of the stack. */
  public record Sql(String database, List<SqlStatement> statements) implements Target {
    public Sql {
      statements = List.copyOf(statements);
    }
  }
}
