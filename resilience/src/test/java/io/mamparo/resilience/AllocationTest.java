package io.mamparo.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.resilience.breaker.BreakerConfig;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.breaker.WindowSpec;
import io.mamparo.resilience.limit.Bulkhead;
import io.mamparo.resilience.limit.Gradient2;
import io.mamparo.resilience.limit.Limiter;
import io.mamparo.resilience.outlier.AccrualConfig;
import io.mamparo.resilience.outlier.FailureAccrual;
import io.mamparo.resilience.outlier.Host;
import io.mamparo.resilience.outlier.OutlierConfig;
import io.mamparo.resilience.outlier.OutlierDetector;
import io.mamparo.resilience.outlier.OutlierListener;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.resilience.retry.RetryBudgetConfig;
import io.mamparo.resilience.retry.RetryDecision;
import java.lang.management.ManagementFactory;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** A million calls of each primitive must not allocate one byte. Time moves on by 10 µs a call. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CALLS = 1_000_000;
  private static final long STEP = 10_000;

  @Test
  void breaker_timeWindow() {
    Breaker breaker = new Breaker("b", BreakerConfig.defaults(), 2, BreakerListener.NONE, 0);
    allocatesNothing(now -> call(breaker, now));
  }

  @Test
  void breaker_countWindow() {
    BreakerConfig config = BreakerConfig.defaults().withWindow(new WindowSpec.OfCalls(100));
    Breaker breaker = new Breaker("b", config, 2, BreakerListener.NONE, 0);
    allocatesNothing(now -> call(breaker, now));
  }

  @Test
  void breaker_open() {
    Breaker breaker = new Breaker("b", BreakerConfig.defaults(), 2, BreakerListener.NONE, 0);
    breaker.trip(Long.MAX_VALUE / 2);
    allocatesNothing(now -> breaker.acquire(0, now));
    assertEquals(3L * CALLS, breaker.snapshot(0).rejected());
  }

  private static void call(Breaker breaker, long now) {
    int stripe = (int) (now / STEP) & 1;
    long permit = breaker.acquire(stripe, now);
    if (now / STEP % 3 == 0) {
      breaker.onFailure(stripe, permit, 2_000_000_000L, now);
    } else {
      breaker.onSuccess(stripe, permit, 5, now);
    }
  }

  @Test
  void bulkhead() {
    Bulkhead bulkhead = new Bulkhead(1, 1);
    allocatesNothing(
        now -> {
          bulkhead.enter(0);
          bulkhead.enter(0);
          bulkhead.leave();
        });
  }

  @Test
  void retryBudget() {
    RetryBudget budget = new RetryBudget(RetryBudgetConfig.defaults(), 1, 0);
    allocatesNothing(
        now -> {
          budget.onRequest(0, now);
          if (budget.tryRetry(0, now) == RetryDecision.GRANTED) {
            budget.onRetryDone(0);
          }
          budget.onRequestDone(0);
        });
  }

  @Test
  void limiter() {
    Limiter limiter = new Limiter(new Gradient2(Gradient2.Config.defaults()), 1, 0);
    allocatesNothing(
        now -> {
          limiter.enter(0);
          limiter.leave(0, 3_000_000, now);
        });
  }

  @Test
  void outlierHost() {
    OutlierDetector detector =
        new OutlierDetector(OutlierConfig.defaults(), 1, 1, OutlierListener.NONE, 0);
    Host host = detector.add("a");
    detector.add("b");
    allocatesNothing(
        now -> {
          if (host.available(now) && now / STEP % 3 == 0) {
            host.onFailure(0, now);
          } else {
            host.onSuccess(0);
          }
        });
  }

  @Test
  void failureAccrual() {
    FailureAccrual accrual = new FailureAccrual(AccrualConfig.defaults(), 1, 1, 0);
    allocatesNothing(
        now -> {
          FailureAccrual.Result result =
              now / STEP % 7 == 0 ? FailureAccrual.Result.FAILURE : FailureAccrual.Result.SUCCESS;
          accrual.onResult(0, accrual.acquire(now), result, now);
        });
  }

  private static void allocatesNothing(LongConsumer call) {
    long now = run(call, 0);
    now = run(call, now);
    long id = Thread.currentThread().threadId();
    THREADS.getThreadAllocatedBytes(id);
    long before = THREADS.getThreadAllocatedBytes(id);
    run(call, now);
    assertEquals(0, THREADS.getThreadAllocatedBytes(id) - before, "bytes in a million calls");
  }

  private static long run(LongConsumer call, long from) {
    long now = from;
    for (int i = 0; i < CALLS; i++) {
      now += STEP;
      call.accept(now);
    }
    return now;
  }
}
