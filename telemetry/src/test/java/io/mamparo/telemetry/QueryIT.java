package io.mamparo.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches in 100,000 spans agree with a look at every trace. */
class QueryIT {
  private static final long SEED = 5;
  private static final int TRACES = 25_000;
  private static final int SPANS = 4;

  @TempDir Path dir;
  private final VirtualClock clock = new VirtualClock();
  private final List<Known> all = new ArrayList<>();

  private record Known(
      String id, String service, String path, long startMicros, long micros, boolean error) {}

  @Test
  void searches_agreeWithALookAtEveryTrace() {
    TelemetryConfig config = TelemetryConfig.DEFAULT.withSampling(SamplingRule.EVERYTHING);
    try (Telemetry telemetry = Telemetry.openStill(dir, config, clock, 2)) {
      fill(telemetry);
      check(telemetry);
    }
    try (Telemetry telemetry = Telemetry.openStill(dir, config, clock, 2)) {
      check(telemetry);
    }
  }

  private void fill(Telemetry telemetry) {
    Random random = new Random(SEED);
    Names names = telemetry.names();
    for (int i = 0; i < TRACES; i++) {
      long low = random.nextLong();
      String service = "service" + random.nextInt(20);
      boolean error = random.nextInt(50) == 0;
      long micros = 1000 + (long) Math.exp(random.nextDouble() * 12);
      String path = "/api/item/" + i;
      long start = clock.epochNanos() - micros * 1000;
      for (int s = SPANS; s > 0; s--) {
        SpanWriter span =
            telemetry
                .spans(s % 2)
                .begin(i, low, s, s - 1)
                .named(
                    SpanKind.SERVER,
                    names.handle(s == 1 ? "ingress" : service),
                    names.handle("GET " + s),
                    Names.NONE)
                .took(start + s, s == 1 ? micros * 1000 : 10);
        if (error && s == 3) {
          span.error();
        }
        if (s == 1) {
          span.text(path).entry(names.handle("in"));
        }
        span.end();
      }
      String id = String.format("%016x%016x", i, low);
      all.add(new Known(id, service, path, start / 1000, micros, error));
      if (i % 50 == 49) {
        clock.advance(Duration.ofMillis(600));
        telemetry.tick();
      }
    }
    clock.advance(Duration.ofSeconds(1));
    telemetry.tick();
    clock.advance(Duration.ofSeconds(1));
    telemetry.tick();
  }

  private void check(Telemetry telemetry) {
    same(
        telemetry,
        new TraceQuery("service7", null, true, null, null, null, 1000),
        t -> t.service.equals("service7") && t.error);
    same(
        telemetry,
        new TraceQuery(null, Duration.ofMillis(155), true, null, null, null, 1000),
        t -> t.micros >= 155_000 && t.error);
    same(
        telemetry,
        new TraceQuery(null, null, false, "/ITEM/1234", null, null, 1000),
        t -> t.path.startsWith("/api/item/1234"));
    same(
        telemetry,
        new TraceQuery("service3", null, false, "item/99", null, null, 1000),
        t -> t.service.equals("service3") && t.path.startsWith("/api/item/99"));
    same(telemetry, new TraceQuery("nobody", null, false, null, null, null, 1000), t -> false);
    long from = all.get(12_000).startMicros;
    long to = all.get(12_100).startMicros;
    same(
        telemetry,
        new TraceQuery(null, Duration.ofMillis(20), false, null, at(from), at(to), 1000),
        t -> t.micros >= 20_000 && t.startMicros >= from && t.startMicros < to);
    newest(telemetry);
    for (int i = 0; i < TRACES; i += 997) {
      assertEquals(SPANS, telemetry.trace(all.get(i).id).orElseThrow().spans().size());
    }
  }

  private void newest(Telemetry telemetry) {
    TraceQuery errors = new TraceQuery(null, null, true, null, null, null, 5);
    List<TraceSummary> found = telemetry.traces(errors);
    assertEquals(5, found.size());
    List<String> lately =
        all.subList(TRACES - 1000, TRACES).stream().filter(t -> t.error).map(Known::id).toList();
    assertTrue(found.stream().allMatch(t -> lately.contains(t.traceId())));
  }

  private static @Nullable Instant at(long micros) {
    return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
  }

  private void same(Telemetry telemetry, TraceQuery query, Predicate<Known> by) {
    List<String> expected =
        all.stream()
            .filter(by)
            .sorted(Comparator.comparingLong(Known::startMicros).reversed())
            .map(Known::id)
            .toList();
    assertTrue(expected.size() < 1000);
    List<String> found = telemetry.traces(query).stream().map(TraceSummary::traceId).toList();
    assertEquals(expected.stream().sorted().toList(), found.stream().sorted().toList());
  }
}
