package io.mamparo.app.events;

import io.mamparo.dbproxy.StatementRecord;
import io.mamparo.kernel.Clock;
import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.SpanAttribute;
import io.mamparo.telemetry.SpanKind;
import io.mamparo.telemetry.SpanWriter;
import io.mamparo.telemetry.Telemetry;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A finished statement as a span: the database's work, with the service as its peer. It joins the
 * trace that its comment names; without one it is a trace of its own when it failed, and is only
 * counted otherwise. Called on the loops; does not allocate.
 */
final class SqlSpans {
  private final Telemetry telemetry;
  private final Names names;
  private final Clock clock;

  SqlSpans(Telemetry telemetry, Clock clock) {
    this.telemetry = telemetry;
    this.clock = clock;
    names = telemetry.names();
  }

  void write(StatementRecord statement, String node, String from, Outcome outcome) {
    boolean failed = outcome.failed();
    if (!statement.traced() && !failed) {
      return;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    boolean joins = statement.traced();
    long duration = statement.queueNanos() + statement.executionNanos();
    int text = names.handle(statement.fingerprint().text());
    int peer = names.handle(from);
    SpanWriter span =
        telemetry
            .spans(statement.loop())
            .begin(
                joins ? statement.traceHigh() : random.nextLong(),
                joins ? statement.traceLow() : random.nextLong() | 1,
                random.nextLong() | 1,
                joins ? statement.parentSpan() : 0)
            .named(SpanKind.CLIENT, names.handle(node), text, peer)
            .took(clock.epochNanos() - duration, duration);
    if (!joins) {
      span.entry(peer);
    }
    if (failed) {
      span.error();
    }
    span.attribute(SpanAttribute.LOGIN, names.handle(statement.login()))
        .attribute(SpanAttribute.ROWS, statement.rows())
        .attribute(SpanAttribute.WAIT_MICROS, statement.queueNanos() / 1_000);
    String sqlState = statement.sqlState();
    if (sqlState != null) {
      span.attribute(SpanAttribute.SQLSTATE, names.handle(sqlState));
    }
    span.attribute(SpanAttribute.STATEMENT, text).end();
  }
}
