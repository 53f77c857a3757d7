package io.mamparo.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracesTest {
  private static final SamplingRule NOTHING = new SamplingRule(0, 0, null, 100, 20, 100);

  @TempDir Path dir;
  private final VirtualClock clock = new VirtualClock();
  private Telemetry telemetry;
  private long ids;

  @BeforeEach
  void open() {
    open(TelemetryConfig.DEFAULT.withSampling(SamplingRule.EVERYTHING));
  }

  private void open(TelemetryConfig config) {
    telemetry = Telemetry.openStill(dir, config, clock, 2);
  }

  private void reopen(TelemetryConfig config) {
    telemetry.close();
    open(config);
  }

  @AfterEach
  void close() {
    telemetry.close();
  }

  private void pass(long millis) {
    for (long left = millis; left > 0; left -= 100) {
      clock.advance(Duration.ofMillis(100));
      telemetry.tick();
    }
  }

  private int name(String name) {
    return telemetry.names().handle(name);
  }

  private SpanWriter span(int loop, long trace, long id, long parent, String service, long micros) {
    return telemetry
        .spans(loop)
        .begin(7, trace, id, parent)
        .named(SpanKind.SERVER, name(service), name("GET /" + service), Names.NONE)
        .took(clock.epochNanos() - micros * 1000, micros * 1000);
  }

  /** A trace of two hops on two loops; the statement is on the loop of its service. */
  private String trace(String service, long entryMicros, boolean error) {
    long trace = 0x1000_0000L + ids++;
    SpanWriter sql =
        telemetry
            .spans(1)
            .begin(7, trace, 3, 2)
            .named(SpanKind.CLIENT, name(service), name("select cars"), name("db"))
            .took(clock.epochNanos() - 1000_000, 800_000)
            .attribute(SpanAttribute.STATEMENT, name("select * from cars where id = ?"))
            .attribute(SpanAttribute.ROWS, 5);
    if (error) {
      sql.error().attribute(SpanAttribute.SQLSTATE, name("57P01"));
    }
    sql.end();
    span(1, trace, 2, 1, service, entryMicros - 10).status(200).end();
    span(0, trace, 1, 0, "ingress", entryMicros)
        .status(error ? 503 : 200)
        .text("/api/v0.1/" + service + "/" + ids)
        .entry(name("ingress"))
        .end();
    return String.format("%016x%016x", 7, trace);
  }

  private void alone(long trace, long micros, boolean error) {
    SpanWriter span =
        telemetry
            .spans(0)
            .begin(9, trace, trace, 0)
            .alone(name("cars sql"))
            .named(SpanKind.CLIENT, name("database.cars"), name("select ?"), name("cars"))
            .took(clock.epochNanos() - micros * 1000, micros * 1000);
    if (error) {
      span.error();
    }
    span.end();
  }

  @Test
  void aSpanThatIsItsWholeTrace_isJudgedWhenItIsRead() {
    alone(77, 300, false);
    pass(100);
    telemetry.close();
    open(TelemetryConfig.DEFAULT.withSampling(NOTHING));
    TraceSummary kept = telemetry.traces(TraceQuery.ALL).getFirst();
    assertEquals("cars sql", kept.entry());
    assertEquals(0.3, kept.durationMs());
    assertEquals(1, kept.spans());
    alone(78, 300, false);
    alone(79, 300, true);
    pass(600);
    List<TraceSummary> all = telemetry.traces(TraceQuery.ALL);
    assertEquals(2, all.size(), all::toString);
    assertEquals(KeptBecause.ERROR, all.getFirst().kept());
  }

  private List<TraceSummary> search(@Nullable String service, @Nullable String text) {
    return telemetry.traces(new TraceQuery(service, null, false, text, null, null, 1000));
  }

  @Test
  void aTraceOfTwoLoops_isFoundWithItsSpans() {
    String id = trace("cars", 5000, false);
    pass(1200);
    TraceSummary summary = telemetry.traces(TraceQuery.ALL).getFirst();
    assertEquals(id, summary.traceId());
    assertEquals("GET /ingress", summary.root());
    assertEquals("ingress", summary.entry());
    assertEquals(5.0, summary.durationMs());
    assertEquals(3, summary.spans());
    assertFalse(summary.error());
    assertEquals(KeptBecause.RESERVOIR, summary.kept());
    Trace trace = telemetry.trace(id).orElseThrow();
    assertEquals(3, trace.spans().size());
    Trace.Span root = trace.spans().getFirst();
    assertNull(root.parentId());
    assertEquals(0, root.startUs());
    assertEquals(5000, root.durationUs());
    assertEquals(200, root.status());
    assertEquals(Map.of("text", "/api/v0.1/cars/1", "entry", "ingress"), root.attributes());
    Trace.Span sql = trace.spans().get(2);
    assertEquals("0000000000000002", sql.parentId());
    assertEquals(4000, sql.startUs());
    assertEquals(800, sql.durationUs());
    assertEquals(SpanKind.CLIENT, sql.kind());
    assertEquals(
        Map.of("peer", "db", "statement", "select * from cars where id = ?", "rows", 5L),
        sql.attributes());
  }

  @Test
  void traces_areFoundAgainAfterARestart() {
    String id = trace("cars", 5000, true);
    telemetry.close();
    open(TelemetryConfig.DEFAULT);
    assertEquals(3, telemetry.trace(id).orElseThrow().spans().size());
    assertEquals(id, search("cars", "SELECT * from").getFirst().traceId());
  }

  @Test
  void search_looksAtServiceTextDurationErrorAndTime() {
    String slow = trace("cars", 800_000, false);
    pass(2000);
    var between = Instant.ofEpochSecond(0, clock.epochNanos());
    pass(100);
    String failed = trace("bookings", 3000, true);
    pass(1200);
    assertEquals(List.of(slow), ids(search("cars", null)));
    assertEquals(List.of(failed), ids(search(null, "sqlstate=57P01")));
    assertEquals(List.of(failed), ids(search(null, "V0.1/Bookings")));
    assertEquals(List.of(failed), ids(search("bookings", "status=503")));
    assertEquals(List.of(), ids(search("cars", "status=503")));
    assertEquals(List.of(failed, slow), ids(search(null, "from cars")));
    assertEquals(List.of(), search("nobody", null));
    assertEquals(
        List.of(slow), ids(telemetry.traces(query(Duration.ofMillis(500), false, null, null))));
    assertEquals(List.of(failed), ids(telemetry.traces(query(null, true, null, null))));
    assertEquals(List.of(failed), ids(telemetry.traces(query(null, false, between, null))));
    assertEquals(List.of(slow), ids(telemetry.traces(query(null, false, null, between))));
  }

  private static TraceQuery query(
      @Nullable Duration min, boolean errors, @Nullable Instant since, @Nullable Instant until) {
    return new TraceQuery(null, min, errors, null, since, until, 10);
  }

  private static List<String> ids(List<TraceSummary> traces) {
    return traces.stream().map(TraceSummary::traceId).toList();
  }

  @Test
  void theReservoir_keepsTenASecondAndOfTheRestOneInAHundred() {
    reopen(TelemetryConfig.DEFAULT);
    for (int second = 0; second < 20; second++) {
      for (int i = 0; i < 500; i++) {
        trace("cars", 5000, false);
      }
      pass(1000);
    }
    pass(1000);
    SamplingState state = telemetry.sampling().getFirst();
    assertEquals(10_000, state.seen());
    assertEquals(200.0, (double) count(state, KeptBecause.RESERVOIR), 10);
    assertEquals(98.0, (double) count(state, KeptBecause.RATE), 40);
    assertEquals(0, count(state, KeptBecause.SLOW), "all take the same time");
    assertEquals(
        count(state, KeptBecause.RESERVOIR) + count(state, KeptBecause.RATE),
        search(null, null).size());
  }

  private static long count(SamplingState state, KeptBecause reason) {
    Long count = state.kept().get(reason);
    assertNotNull(count);
    return count;
  }

  @Test
  void errorsAndTheSlowTail_areKeptAlways() {
    reopen(TelemetryConfig.DEFAULT.withSampling(NOTHING));
    for (int i = 0; i < 400; i++) {
      trace("cars", 5000 + i % 7, false);
      if (i % 100 == 99) {
        pass(1000);
      }
    }
    assertEquals(0, search(null, null).size());
    String error = trace("cars", 5000, true);
    String slow = trace("cars", 60_000, false);
    trace("cars", 5000, false);
    pass(1500);
    List<TraceSummary> kept = search(null, null);
    assertEquals(List.of(error, slow), ids(kept), "by start: the slow one started earlier");
    assertEquals(KeptBecause.ERROR, kept.get(0).kept());
    assertEquals(KeptBecause.SLOW, kept.get(1).kept());
  }

  @Test
  void aSetThreshold_decidesWhatIsSlow() {
    telemetry.sample(
        NOTHING, Map.of("ingress", new SamplingRule(0, 0, Duration.ofMillis(50), 100, 20, 100)));
    String slow = trace("cars", 50_000, false);
    trace("cars", 49_999, false);
    pass(1200);
    assertEquals(List.of(slow), ids(search(null, null)));
    assertEquals(50.0, telemetry.sampling().getFirst().slowMs());
  }

  @Test
  void anOutage_isLimitedASecond() {
    reopen(TelemetryConfig.DEFAULT.withSampling(NOTHING));
    for (int i = 0; i < 500; i++) {
      trace("cars", 5000, true);
    }
    pass(1200);
    assertEquals(100, search(null, null).size());
    assertTrue(
        telemetry
            .prometheus()
            .contains("mamparo_traces_limited_total{entry=\"ingress\",reason=\"error\"} 400"));
  }

  @Test
  void whatTheCallerMarked_isKept() {
    reopen(TelemetryConfig.DEFAULT.withSampling(NOTHING));
    span(0, 1, 1, 0, "a", 100).entry(name("in")).end();
    span(0, 2, 1, 0, "a", 100).entry(name("in")).callerSampled().end();
    span(0, 3, 1, 0, "a", 100).entry(name("in")).headSampled().end();
    pass(1200);
    List<TraceSummary> kept = search(null, null);
    assertEquals(2, kept.size());
    assertTrue(kept.stream().anyMatch(t -> t.kept() == KeptBecause.SAMPLED));
    assertTrue(kept.stream().anyMatch(t -> t.kept() == KeptBecause.RESERVOIR));
  }

  @Test
  void stragglers_joinAKeptTraceAndNoOther() {
    telemetry.sample(NOTHING, Map.of());
    span(0, 1, 1, 0, "a", 100).entry(name("in")).callerSampled().end();
    span(0, 2, 1, 0, "a", 100).entry(name("in")).end();
    pass(1200);
    span(1, 1, 5, 1, "late", 100).end();
    span(1, 2, 5, 1, "late", 100).end();
    pass(1200);
    assertEquals(
        2, telemetry.trace(String.format("%016x%016x", 7, 1)).orElseThrow().spans().size());
    assertTrue(telemetry.trace(String.format("%016x%016x", 7, 2)).isEmpty());
  }

  @Test
  void spansWithoutAnEntry_areKeptOnlyForAnError() {
    span(0, 1, 1, 9, "a", 100).end();
    span(0, 2, 1, 9, "a", 100).error().end();
    pass(61_000);
    assertEquals(List.of(String.format("%016x%016x", 7, 2)), ids(search(null, null)));
    assertTrue(telemetry.prometheus().contains("mamparo_traces_without_entry_total 2"));
  }

  @Test
  void aRingThatIsNotRead_losesTheOldestAndCountsThem() {
    for (int i = 0; i < 20_000; i++) {
      span(0, i + 1, 1, 0, "a", 100).entry(name("in")).end();
    }
    pass(1200);
    SamplingState state = telemetry.sampling().getFirst();
    assertTrue(state.seen() < 16_384 && state.seen() > 14_000, "judged " + state.seen());
    assertTrue(
        telemetry.prometheus().contains("mamparo_spans_lost_total " + (20_000 - state.seen())));
  }

  private static TelemetryConfig withRoomFor(int spans) {
    TelemetryConfig d = TelemetryConfig.DEFAULT;
    return new TelemetryConfig(
        d.metrics(),
        d.traces(),
        d.maxEdges(),
        d.maxStatements(),
        d.maxNames(),
        d.ringSpans(),
        spans,
        d.linger(),
        SamplingRule.EVERYTHING);
  }

  @Test
  void withoutRoom_theOldestTracesAreJudgedEarlyAndNoneIsLost() {
    reopen(withRoomFor(64));
    for (int i = 1; i <= 500; i++) {
      span(0, i, 1, 0, "a", 100).entry(name("in")).end();
    }
    pass(1200);
    assertEquals(500, search(null, null).size());
    assertTrue(telemetry.prometheus().contains("mamparo_traces_judged_early_total 436\n"));
  }

  @Test
  void aTraceWithoutEnd_isCutAndTakesTheRoomOfNoOther() {
    reopen(withRoomFor(64));
    for (int i = 1; i <= 300; i++) {
      span(0, 1, i, 1, "endless", 100).entry(name("in")).end();
    }
    span(0, 2, 1, 0, "a", 100).entry(name("in")).end();
    pass(1200);
    assertEquals(2, search(null, null).size());
    assertEquals(32, telemetry.trace(hex(1)).orElseThrow().spans().size());
    assertTrue(telemetry.prometheus().contains("mamparo_spans_cut_off_total 268\n"));
    assertTrue(telemetry.prometheus().contains("mamparo_traces_judged_early_total 0\n"));
  }

  @Test
  void unknownOrBrokenIds_areNotFound() {
    assertTrue(telemetry.trace("nonsense").isEmpty());
    assertTrue(telemetry.trace("0".repeat(32)).isEmpty());
    assertTrue(telemetry.trace("-" + "0".repeat(31)).isEmpty());
  }

  @Test
  void longTexts_areCutAndStrangeCharactersReplaced() {
    span(0, 1, 1, 0, "a", 100).text("/\u00e4\n" + "x".repeat(100)).entry(name("in")).end();
    span(0, 2, 1, 0, "a", 100).text("/1234567").entry(name("in")).end();
    pass(1200);
    assertEquals(
        "/??" + "x".repeat(60),
        telemetry.trace(hex(1)).orElseThrow().spans().getFirst().attributes().get("text"));
    assertEquals(
        "/1234567",
        telemetry.trace(hex(2)).orElseThrow().spans().getFirst().attributes().get("text"));
  }

  private static String hex(long low) {
    return String.format("%016x%016x", 7, low);
  }

  @Test
  void theHeadSampler_marksItsShareASecond() {
    HeadSampler sampler = telemetry.headSampler("ingress");
    telemetry.sample(new SamplingRule(10, 0, null, 1, 1, 1), Map.of());
    for (int second = 0; second < 3; second++) {
      int marked = 0;
      for (int i = 0; i < 1000; i++) {
        marked += sampler.sample(i) ? 1 : 0;
      }
      assertEquals(10, marked);
      clock.advance(Duration.ofSeconds(1));
    }
  }
}
