package io.mamparo.app.events;

import io.mamparo.dbproxy.StatementRecord;
import io.mamparo.kernel.Clock;
import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.SpanAttribute;
import io.mamparo.telemetry.SpanKind;
import io.mamparo.telemetry.SpanWriter;
import io.mamparo.telemetry.Telemetry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * A finished statement as a span: the database's work, with the service as its peer. Called on the
 * loops; does not allocate.
 *
 * <p>It joins the trace that its comment names. Without one its login says which service it came
 * from, and while that service is working on one request only, the statement is part of that
 * request; the span says that it was joined by the login. Otherwise it is a trace of its own.
 */
final class SqlSpans {
  private static final String BY_LOGIN = "login";

  private final Telemetry telemetry;
  private final Names names;
  private final Clock clock;
  private final UnderWay underWay;
  private final UnderWay.Request[] found; // one a loop
  private final Map<String, Integer> entries = new ConcurrentHashMap<>();
  private final int byLogin;

  SqlSpans(Telemetry telemetry, Clock clock, UnderWay underWay, int loops) {
    this.telemetry = telemetry;
    this.clock = clock;
    this.underWay = underWay;
    found =
        IntStream.range(0, loops)
            .mapToObj(_ -> new UnderWay.Request())
            .toArray(UnderWay.Request[]::new);
    names = telemetry.names();
    byLogin = names.handle(BY_LOGIN);
  }

  void write(StatementRecord statement, String node, String from, Outcome outcome) {
    UnderWay.Request request = found[statement.loop()];
    String service = statement.service();
    boolean named = statement.traced();
    boolean joined = !named && service != null && underWay.only(service, request);
    SpanWriter span = telemetry.spans(statement.loop());
    long id = ThreadLocalRandom.current().nextLong() | 1;
    if (named) {
      span.begin(statement.traceHigh(), statement.traceLow(), id, statement.parentSpan());
    } else if (joined) {
      span.begin(request.high, request.low, id, request.span);
    } else {
      span.begin(ThreadLocalRandom.current().nextLong(), id, id, 0).alone(entry(from));
    }
    if (joined) {
      span.attribute(SpanAttribute.JOINED_BY, byLogin);
    }
    describe(statement, span, node, from, outcome);
  }

  private void describe(
      StatementRecord statement, SpanWriter span, String node, String from, Outcome outcome) {
    long duration = statement.queueNanos() + statement.executionNanos();
    int text = names.handle(statement.fingerprint().text());
    span.named(SpanKind.CLIENT, names.handle(node), text, names.handle(from))
        .took(clock.epochNanos() - duration, duration);
    if (outcome.failed()) {
      span.error();
    }
    span.attribute(SpanAttribute.LOGIN, names.handle(statement.login()))
        .attribute(SpanAttribute.ROWS, statement.rows())
        .attribute(SpanAttribute.WAIT_MICROS, statement.queueNanos() / 1_000);
    if (statement.backendPid() != 0) {
      span.attribute(SpanAttribute.BACKEND, statement.backendPid());
    }
    if (statement.pinned()) {
      span.attribute(SpanAttribute.PINNED, 1);
    }
    String sqlState = statement.sqlState();
    if (sqlState != null) {
      span.attribute(SpanAttribute.SQLSTATE, names.handle(sqlState));
    }
    span.attribute(SpanAttribute.STATEMENT, text).end();
  }

  /** Statements have a reservoir of their own, beside the requests of the same service. */
  private int entry(String from) {
    Integer known = entries.get(from);
    return known != null
        ? known
        : entries.computeIfAbsent(from, name -> names.handle(name + " sql"));
  }
}
