package io.mamparo.app.events;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.StatementRecord;
import io.mamparo.kernel.Clock;
import io.mamparo.model.TelemetrySpec;
import io.mamparo.telemetry.CounterFamily;
import io.mamparo.telemetry.Telemetry;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The log of slow statements and long transactions: a line of JSON each, in a file that is moved to
 * {@code .1}, {@code .2} … when it has grown too large. Texts are normalised, so no literal is in
 * it. At most {@value #AHEAD} lines wait to be written; what is more is dropped and counted.
 */
public final class SlowLog implements AutoCloseable {
  /** Its name among the logs. */
  public static final String NAME = "slow-statements";

  private static final int AHEAD = 1_024;
  private static final long LARGEST = 8 << 20;
  private static final int KEPT = 3;

  private final LineFile<ObjectNode> lines;
  private final Clock clock;
  private final CounterFamily written;
  private final CounterFamily dropped;
  private volatile long statementNanos = Long.MAX_VALUE;
  private volatile long transactionNanos = Long.MAX_VALUE;

  /** Begins to write; nothing counts as slow before {@link #configure}. */
  public SlowLog(Path file, Telemetry telemetry, Clock clock) {
    this.clock = clock;
    lines =
        new LineFile<>("slow log", LineFile.at(file, LARGEST, KEPT), AHEAD, line -> line + "\n");
    written =
        telemetry.counters(
            "mamparo_dbproxy_slow_total",
            "Slow statements and long transactions, as in the slow log.",
            "database",
            "kind");
    dropped =
        telemetry.counters(
            "mamparo_dbproxy_slow_dropped_total",
            "Slow statements and transactions that the slow log could not keep up with.",
            "database");
  }

  /** What counts as slow from now on; null for nothing. */
  public void configure(TelemetrySpec.@Nullable SlowLog spec) {
    statementNanos = spec == null ? Long.MAX_VALUE : spec.statements().toNanos();
    transactionNanos = spec == null ? Long.MAX_VALUE : spec.transactions().toNanos();
  }

  void statement(StatementRecord statement) {
    if (statement.queueNanos() + statement.executionNanos() < statementNanos) {
      return;
    }
    ObjectNode line =
        line("statement", statement.database(), statement.login(), statement.service());
    line.put("waitMs", ms(statement.queueNanos()))
        .put("executionMs", ms(statement.executionNanos()))
        .put("rows", statement.rows())
        .put("bytesOut", statement.bytesOut())
        .put("backendPid", statement.backendPid());
    if (statement.sqlState() != null) {
      line.put("sqlState", statement.sqlState());
    }
    if (statement.traced()) {
      line.put("trace", String.format("%016x%016x", statement.traceHigh(), statement.traceLow()));
    }
    offer(line.put("statement", statement.fingerprint().text()));
  }

  void transaction(
      String database, String login, @Nullable String service, long nanos, Fingerprint last) {
    if (nanos >= transactionNanos) {
      offer(
          line("transaction", database, login, service)
              .put("ms", ms(nanos))
              .put("lastStatement", last.text()));
    }
  }

  private ObjectNode line(String kind, String database, String login, @Nullable String service) {
    long now = clock.epochNanos();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("time", Instant.ofEpochMilli(now / 1_000_000).toString());
    line.put("kind", kind).put("database", database).put("login", login);
    return line.put("service", service);
  }

  private static double ms(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }

  private void offer(ObjectNode line) {
    String database = line.path("database").asText();
    if (lines.offer(line)) {
      written.with(database, line.path("kind").asText()).add(1);
    } else {
      dropped.with(database).add(1);
    }
  }

  /** Writes what is there and ends. */
  @Override
  public void close() {
    lines.close();
  }
}
