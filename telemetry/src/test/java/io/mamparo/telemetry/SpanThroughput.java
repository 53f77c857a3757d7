package io.mamparo.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.kernel.Clock;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * How many spans a second one core takes: written, read and judged; and written, judged, kept and
 * stored. Not a test; run its main. One thread does everything, so the figures are per core; what
 * the storage engine does in the background is not in them.
 */
final class SpanThroughput {
  private static final int SPANS_A_TRACE = 5;
  private static final int BATCH = 2_000; // traces between two readings

  private SpanThroughput() {}

  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    int traces = args.length > 0 ? Integer.parseInt(args[0]) : 400_000;
    SamplingRule nothing = new SamplingRule(0, 0, null, 0, 0, 0);
    for (int round = 0; round < 2; round++) {
      measure(out, "judged and dropped", nothing, traces);
      measure(out, "kept and stored", SamplingRule.EVERYTHING, traces);
    }
    record(out);
  }

  private static void record(PrintStream out) throws IOException {
    Path dir = Files.createTempDirectory("telemetry");
    try (Telemetry telemetry =
        Telemetry.openStill(dir, TelemetryConfig.DEFAULT, Clock.system(), 1)) {
      EdgeRecorder edge = telemetry.edge("a", "b", EdgeKind.HTTP);
      for (int round = 0; round < 3; round++) {
        long start = cpu();
        int count = 50_000_000;
        for (int i = 0; i < count; i++) {
          edge.record(0, Outcome.OK, (i & 0xfff) * 10_000L);
        }
        double nanos = (double) (cpu() - start) / count;
        out.printf("edge record: %.1f ns%n", nanos);
      }
    } finally {
      delete(dir);
    }
  }

  private static void measure(PrintStream out, String what, SamplingRule rule, int traces)
      throws IOException {
    Path dir = Files.createTempDirectory("telemetry");
    Retention plenty = new Retention(java.time.Duration.ofDays(3), 4L << 30);
    TelemetryConfig config =
        TelemetryConfig.DEFAULT.withSampling(rule).withRetention(plenty, plenty);
    long start = cpu();
    Telemetry telemetry = Telemetry.openStill(dir, config, Clock.system(), 1);
    try {
      for (int done = 0; done < traces; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
          write(telemetry, done + i);
        }
        telemetry.tick();
      }
      telemetry.finishTraces();
      double seconds = (cpu() - start) / 1e9;
      double spans = (double) traces * SPANS_A_TRACE;
      double bytes = size(dir);
      out.printf(
          "%s: %.0f spans/s, %.1f bytes a span on disk%n", what, spans / seconds, bytes / spans);
      if (rule.equals(SamplingRule.EVERYTHING)) {
        search(out, telemetry);
      }
    } finally {
      telemetry.close();
      delete(dir);
    }
  }

  private static void search(PrintStream out, Telemetry telemetry) {
    for (String text : new String[] {"/api/v0.1/cars/77777", "nowhere", "sqlstate"}) {
      long start = cpu();
      int found = telemetry.traces(new TraceQuery(null, null, false, text, null, null, 50)).size();
      out.printf("  search '%s': %d found in %.1f ms%n", text, found, (cpu() - start) / 1e6);
    }
    long start = cpu();
    int found = 0;
    for (int i = 0; i < 1000; i++) {
      String id = String.format("%016x%016x", mix(i * 100L), i * 100L);
      found += telemetry.trace(id).isPresent() ? 1 : 0;
    }
    out.printf("  trace by id: %d of 1000 found in %.3f ms each%n", found, (cpu() - start) / 1e9);
  }

  /** Processor time of this thread: other programs on the machine do not count. */
  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long mix(long trace) {
    return (trace + 1) * 0x9e3779b97f4a7c15L;
  }

  private static void write(Telemetry telemetry, long trace) {
    Names names = telemetry.names();
    long now = Clock.system().epochNanos();
    for (int i = SPANS_A_TRACE; i > 0; i--) {
      SpanWriter span =
          telemetry
              .spans(0)
              .begin(mix(trace), trace, mix(trace * 10 + i), i == 1 ? 0 : mix(trace * 10 + i - 1))
              .named(
                  i % 2 == 0 ? SpanKind.CLIENT : SpanKind.SERVER,
                  names.handle("service" + i),
                  names.handle("GET /api/v0.1/car*"),
                  names.handle("cars"))
              .took(now - i * 1000L, 1_000_000L * i)
              .status(200)
              .attribute(SpanAttribute.ENDPOINT, names.handle("127.0.0.1:8001"))
              .attribute(SpanAttribute.RESPONSE_BYTES, trace % 1000);
      if (i == 1) {
        span.text("/api/v0.1/cars/" + trace).entry(names.handle("ingress"));
      }
      span.end();
    }
  }

  private static double size(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return (double) files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
