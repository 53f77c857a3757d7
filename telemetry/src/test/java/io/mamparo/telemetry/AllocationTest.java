package io.mamparo.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.mamparo.kernel.Clock;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What event loops do for every request must cost no garbage. */
class AllocationTest {
  private static final int ROUNDS = 100_000;

  @TempDir Path dir;

  @Test
  void recording_allocatesNothing() {
    try (Telemetry telemetry =
        Telemetry.openStill(dir, TelemetryConfig.DEFAULT, Clock.system(), 1)) {
      EdgeRecorder edge = telemetry.edge("a", "b", EdgeKind.HTTP);
      StatementRecorder statements = telemetry.statementsOf("db");
      Counter counter = telemetry.counters("mamparo_x_total", "X.", "a").with("b");
      HeadSampler sampler = telemetry.headSampler("in");
      SpanWriter spans = telemetry.spans(0);
      Names names = telemetry.names();
      names.handle("cars");
      Runnable request =
          () -> {
            for (int i = 0; i < ROUNDS; i++) {
              edge.record(0, i % 100 == 0 ? Outcome.SERVER_ERROR : Outcome.OK, 1000L * i);
              edge.retried(0);
              statements.record(
                  0, i & 1023, "select ?", 1, 9, 10, 5, 100L * i, i % 9 == 0 ? "23505" : null);
              counter.add(0, 1);
              boolean sampled = sampler.sample(i);
              int cars = names.handle("cars");
              SpanWriter span =
                  spans
                      .begin(1, i, 2, 3)
                      .named(SpanKind.SERVER, cars, cars, Names.NONE)
                      .took(i, 10)
                      .status(200)
                      .entry(cars)
                      .attribute(SpanAttribute.TRIES, 2)
                      .text("/api/v0.1/cars");
              if (sampled) {
                span.headSampled();
              }
              span.end();
            }
          };
      request.run(); // sees all fingerprints and octaves, and is compiled
      request.run();
      assertEquals(0, allocatedBy(request) / ROUNDS, "bytes a request");
    }
  }

  private static long allocatedBy(Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void gatheringSpansThatAreDropped_allocatesNextToNothing() {
    SamplingRule nothing = new SamplingRule(0, 0, null, 0, 0, 0);
    try (Telemetry telemetry =
        Telemetry.openStill(
            dir, TelemetryConfig.DEFAULT.withSampling(nothing), Clock.system(), 1)) {
      int in = telemetry.names().handle("in");
      Runnable second =
          () -> {
            for (int i = 0; i < 10_000; i++) {
              telemetry.spans(0).begin(1, i, 2, 3).took(i, 10).end();
            }
            for (int i = 0; i < 5_000; i++) {
              telemetry.spans(0).begin(1, i, 1, 0).took(i, 10).entry(in).end();
            }
            telemetry.readSpans();
          };
      for (int i = 0; i < 10; i++) {
        second.run();
      }
      long perSpan = allocatedBy(second) / 15_000;
      assertEquals(0, perSpan, "bytes a span");
    }
  }
}
