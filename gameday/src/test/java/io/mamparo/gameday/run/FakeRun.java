package io.mamparo.gameday.run;

import io.mamparo.load.Failure;
import io.mamparo.load.Figures;
import io.mamparo.load.LoadReport;
import io.mamparo.load.LoadRun;
import io.mamparo.load.LoadSnapshot;
import io.mamparo.load.Percentiles;
import io.mamparo.load.Second;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/** A load of one request a millisecond whose fate and latency a test decides. */
final class FakeRun implements LoadRun {
  private final long millis;
  private final LongPredicate fails;
  private final LongToDoubleFunction latencyMs;
  private final long dropped;

  FakeRun(long millis, LongPredicate fails, LongToDoubleFunction latencyMs, long dropped) {
    this.millis = millis;
    this.fails = fails;
    this.latencyMs = latencyMs;
    this.dropped = dropped;
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public long startNanos() {
    return 0;
  }

  @Override
  public void stop() {}

  @Override
  public LoadSnapshot snapshot() {
    long failed = LongStream.range(0, millis).filter(fails).count();
    return new LoadSnapshot(
        "fake", millis / 1000.0, false, millis, millis - failed, failed, 0, 0, 0, null);
  }

  @Override
  public List<Second> timeline(int last) {
    return LongStream.range(0, millis / 1000)
        .mapToObj(
            s -> {
              Figures f = between(s * 1_000_000_000L, (s + 1) * 1_000_000_000L);
              return new Second(
                  s, f.sent(), f.ok(), f.failed(), f.percentile(50), f.percentile(99));
            })
        .toList();
  }

  @Override
  public Figures between(long fromNanos, long toNanos) {
    Histogram histogram = new Histogram(3);
    long failed = 0;
    long all = 0;
    for (long ms = fromNanos / 1_000_000; ms < Math.min(millis, toNanos / 1_000_000); ms++) {
      all++;
      failed += fails.test(ms) ? 1 : 0;
      histogram.recordValue((long) (latencyMs.applyAsDouble(ms) * 1000));
    }
    return new Figures(all, all - failed, failed, histogram);
  }

  @Override
  public long firstSuccessFrom(long nanos) {
    return LongStream.range(nanos / 1_000_000, millis)
        .filter(ms -> !fails.test(ms))
        .findFirst()
        .stream()
        .map(ms -> ms * 1_000_000)
        .findFirst()
        .orElse(-1);
  }

  @Override
  public List<Failure> failures() {
    return List.of();
  }

  @Override
  public long connectionsDropped() {
    return dropped;
  }

  @Override
  public LoadReport report() {
    LoadSnapshot s = snapshot();
    return new LoadReport(
        "fake",
        "http",
        0,
        s.seconds(),
        1000,
        1000,
        s.sent(),
        s.ok(),
        s.failed(),
        Percentiles.of(between(0, millis * 1_000_000).latency()),
        Map.of("200", s.ok(), "<b>", s.failed()),
        Map.of(),
        1,
        dropped,
        List.of(
            new LoadReport.OfKind(
                "GET /<script>", s.ok(), s.failed(), Percentiles.of(new Histogram(3)))),
        timeline(3600));
  }

  @Override
  public LoadReport await() {
    return report();
  }
}
