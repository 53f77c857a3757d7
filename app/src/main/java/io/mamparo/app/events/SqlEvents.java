package io.mamparo.app.events;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.LogInDecision;
import io.mamparo.dbproxy.Overdue;
import io.mamparo.dbproxy.PinReason;
import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.dbproxy.StatementRecord;
import io.mamparo.kernel.Clock;
import io.mamparo.telemetry.CounterFamily;
import io.mamparo.telemetry.EdgeKind;
import io.mamparo.telemetry.EdgeProbe;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.StatementRecorder;
import io.mamparo.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Counts what the database proxy tells. Called on the loops; does not block. */
public final class SqlEvents implements ProxyListener {
  private static final Logger LOG = System.getLogger("io.mamparo.dbproxy");
  private static final String TOO_MANY_CONNECTIONS = "53300";

  private final Telemetry telemetry;
  private final EdgeTable edges;
  private final SqlSpans spans;
  private final CounterFamily events;
  private final AuditFile audit;
  private final Seldom overdueWords = new Seldom();
  private final Seldom refusedWords = new Seldom();
  private final SlowLog slow;
  private volatile Map<String, Map<String, Place>> places = Map.of();

  private record Place(String node, StatementRecorder statements) {}

  /**
   * Statements that name no trace are looked up among the requests that {@code http} hears of.
   *
   * @param audit told of log-ins
   */
  public SqlEvents(
      Telemetry telemetry,
      Clock clock,
      BiFunction<String, String, EdgeProbe> probes,
      HttpEvents http,
      int loops,
      AuditFile audit,
      SlowLog slow) {
    this.audit = audit;
    this.slow = slow;
    this.telemetry = telemetry;
    edges = new EdgeTable(telemetry, EdgeKind.SQL, probes);
    spans = new SqlSpans(telemetry, clock, http.underWay(), loops);
    events =
        telemetry.counters(
            "mamparo_dbproxy_events_total",
            "What happened to pools and servers of the database proxy.",
            "database",
            "login",
            "event");
  }

  @Override
  public void onStatement(StatementRecord statement) {
    String service = statement.service();
    Place place = place(statement.database(), service);
    String sqlState = statement.sqlState();
    String from = service == null ? Nodes.PEOPLE : service;
    Outcome outcome = outcome(sqlState, statement.executionNanos());
    edges
        .of(from, place.node())
        .record(statement.loop(), outcome, statement.queueNanos() + statement.executionNanos());
    spans.write(statement, place.node(), from, outcome);
    slow.statement(statement);
    place
        .statements()
        .record(
            statement.loop(),
            statement.fingerprint().id(),
            statement.fingerprint().text(),
            statement.rows(),
            statement.bytesIn(),
            statement.bytesOut(),
            statement.queueNanos(),
            statement.executionNanos(),
            sqlState);
  }

  static Outcome outcome(@Nullable String sqlState, long executionNanos) {
    if (sqlState == null) {
      return Outcome.OK;
    }
    boolean refused = sqlState.equals(TOO_MANY_CONNECTIONS) && executionNanos <= 0;
    return refused ? Outcome.REFUSED : Outcome.ofSqlState(sqlState);
  }

  /** Found by two look-ups, so that nothing is allocated for a statement. */
  private Place place(String database, @Nullable String service) {
    Map<String, Place> known = places.get(database);
    Place place = known == null ? null : known.get(service == null ? "" : service);
    return place != null ? place : add(database, service);
  }

  private synchronized Place add(String database, @Nullable String service) {
    Map<String, Map<String, Place>> next = new HashMap<>(places);
    Map<String, Place> ofDatabase = new HashMap<>(next.getOrDefault(database, Map.of()));
    Place place =
        ofDatabase.computeIfAbsent(
            service == null ? "" : service,
            s -> new Place(Nodes.database(database), telemetry.statementsOf(database, service)));
    next.put(database, ofDatabase);
    places = next;
    return place;
  }

  /** After nodes were taken off the map. */
  public void forget() {
    edges.clear();
  }

  @Override
  public void onBorrowTimeout(String database, String login, long waitedNanos) {
    events.with(database, login, "borrow-timeout").add(1);
    if (refusedWords.mayPass()) {
      LOG.log(
          Level.WARNING,
          "database "
              + database
              + ": login "
              + login
              + " waited "
              + waitedNanos / 1_000_000
              + " ms for a server connection in vain");
    }
  }

  @Override
  public void onRefused(String database, String login, String reason) {
    events.with(database, login, "refused").add(1);
    if (refusedWords.mayPass()) {
      LOG.log(
          Level.WARNING,
          "database " + database + ": login " + login + " was refused at once: " + reason);
    }
  }

  @Override
  public void onServerLost(String database, String login, String reason) {
    events.with(database, login, "server-lost").add(1);
  }

  @Override
  public void onPlanRenewed(String database, String login) {
    events.with(database, login, "plan-renewed").add(1);
  }

  @Override
  public void onConnectFailed(String database, String login, String reason) {
    events.with(database, login, "connect-failed").add(1);
  }

  @Override
  public void onBreaker(String database, String from, String to) {
    events.with(database, "", "breaker-" + to).add(1);
    LOG.log(Level.INFO, "database " + database + ": breaker from " + from + " to " + to);
  }

  @Override
  public void onLogIn(LogInDecision decision) {
    // Names that were made up must not become labels.
    boolean allowed = decision.allowed();
    events
        .with(
            allowed ? decision.database() : "",
            allowed ? decision.user() : "",
            allowed ? "log-in" : "log-in-refused-" + decision.sqlState())
        .add(1);
    audit.decided(decision);
  }

  @Override
  public void onTransaction(
      String database, String login, @Nullable String service, long nanos, Fingerprint last) {
    slow.transaction(database, login, service, nanos, last);
  }

  @Override
  public void onPinned(String database, String login, PinReason reason) {
    events.with(database, login, "pinned").add(1);
  }

  @Override
  public void onOverdue(String database, String login, Overdue how) {
    events.with(database, login, how.text()).add(1);
    if (overdueWords.mayPass()) {
      LOG.log(
          Level.WARNING,
          "database " + database + ": " + how.message() + " (login " + login + "). " + how.hint());
    }
  }

  @Override
  public void onPrimary(String database, String server) {
    events.with(database, "", "primary").add(1);
    LOG.log(Level.INFO, "database " + database + ": the primary is " + server);
  }

  @Override
  public void onSplitBrain(String database, String primary, String rivals) {
    events.with(database, "", "split-brain").add(1);
    LOG.log(
        Level.ERROR,
        "database "
            + database
            + ": "
            + rivals
            + " takes writes beside the primary "
            + primary
            + ", which was promoted later; stop it, and make it a replica");
  }
}
