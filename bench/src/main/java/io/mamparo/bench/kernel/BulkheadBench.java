package io.mamparo.bench.kernel;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.mamparo.resilience.limit.Bulkhead;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a place in a bulkhead costs: taken and given back, and refused by a full one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BulkheadBench {
  private final Bulkhead roomy = new Bulkhead(64, Stripe.MOST);
  private final Bulkhead full = new Bulkhead(0, Stripe.MOST);
  private final io.github.resilience4j.bulkhead.Bulkhead rivalRoomy = rival(64);
  private final io.github.resilience4j.bulkhead.Bulkhead rivalFull = rival(0);

  private static io.github.resilience4j.bulkhead.Bulkhead rival(int places) {
    return io.github.resilience4j.bulkhead.Bulkhead.of(
        "bench",
        BulkheadConfig.custom().maxConcurrentCalls(places).maxWaitDuration(Duration.ZERO).build());
  }

  /** Ours, with room. */
  @Benchmark
  public boolean enterAndLeave(Stripe stripe) {
    boolean entered = roomy.enter(stripe.index);
    if (entered) {
      roomy.leave();
    }
    return entered;
  }

  /** Ours, without. */
  @Benchmark
  public boolean fullRefuses(Stripe stripe) {
    return full.enter(stripe.index);
  }

  /** Theirs, with room. */
  @Benchmark
  public boolean enterAndLeaveResilience4j() {
    boolean entered = rivalRoomy.tryAcquirePermission();
    if (entered) {
      rivalRoomy.onComplete();
    }
    return entered;
  }

  /** Theirs, without. */
  @Benchmark
  public boolean fullRefusesResilience4j() {
    return rivalFull.tryAcquirePermission();
  }
}
