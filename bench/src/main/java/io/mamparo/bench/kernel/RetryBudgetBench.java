package io.mamparo.bench.kernel;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.resilience.retry.RetryDecision;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What counting a request and asking for a retry cost. resilience4j has no retry budget; what comes
 * closest is its rate limiter, which is asked once where ours counts the request, too.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RetryBudgetBench {
  private final RetryBudget budget =
      new RetryBudget(RetryBudgetConfig.defaults(), Stripe.MOST, System.nanoTime());
  private final RateLimiter rival =
      RateLimiter.of(
          "bench",
          RateLimiterConfig.custom()
              .limitForPeriod(1_000)
              .limitRefreshPeriod(Duration.ofSeconds(1))
              .timeoutDuration(Duration.ZERO)
              .build());

  /** Ours: a request that is not retried, which is nearly all of them. */
  @Benchmark
  public void request(Stripe stripe) {
    budget.onRequest(stripe.index, System.nanoTime());
    budget.onRequestDone(stripe.index);
  }

  /** Ours: a request that asks for a retry; some are granted and most are not. */
  @Benchmark
  public RetryDecision requestAndRetry(Stripe stripe) {
    long now = System.nanoTime();
    budget.onRequest(stripe.index, now);
    RetryDecision decision = budget.tryRetry(stripe.index, now);
    if (decision == RetryDecision.GRANTED) {
      budget.onRetryDone(stripe.index);
    }
    budget.onRequestDone(stripe.index);
    return decision;
  }

  /** Theirs: a permit of the rate limiter, most of them refused. */
  @Benchmark
  public boolean rateLimiterResilience4j() {
    return rival.acquirePermission();
  }
}
