package io.mamparo.resilience.retry;

import io.mamparo.resilience.window.SlidingSum;
import io.mamparo.resilience.window.StripedCounter;

/**
 * Keeps retries (and hedges, which are charged alike) from making an overload worse. Any thread may
 * call it, each stripe from one thread only; a request begins and ends on the same stripe.
 *
 * <p>Two rules, both of which must allow a retry:
 *
 * <ul>
 *   <li>Over the window, {@code retries <= ratio · requests + reserve}, as in tower's {@code
 *       TpsBudget}: a request deposits one token, a retry withdraws {@code 1 / ratio} of them, the
 *       reserve is always there.
 *   <li>At any moment, {@code active retries <= max(minimum, activeRatio · active requests)}, as in
 *       Envoy's retry budget, where the original requests and the retries count as active.
 * </ul>
 *
 * <p>Loops that decide in the same instant do not see each other's retry: the bounds can be
 * exceeded by at most one retry a loop.
 */
public final class RetryBudget {
  private static final int REQUESTS = 0;
  private static final int RETRIES = 1;
  private static final int PAD = 16;

  /** Ratios such as 0.2 have no exact form in binary. */
  private static final double ROUNDING = 1e-9;

  private final RetryBudgetConfig config;
  private final double reserve;
  private final SlidingSum sums;
  private final StripedCounter activeRequests;
  private final StripedCounter activeRetries;
  private final StripedCounter granted;
  private final StripedCounter refused;
  private final long[][] scratch;

  /**
   * A budget with a full reserve.
   *
   * @param stripes how many threads call it, each with its own stripe from 0
   * @param now the monotonic time in nanoseconds
   */
  public RetryBudget(RetryBudgetConfig config, int stripes, long now) {
    this.config = config;
    long windowNanos = config.window().toNanos();
    reserve = config.reservePerSecond() * (windowNanos / 1e9);
    sums =
        new SlidingSum(
            stripes, 2, RetryBudgetConfig.SLICES, windowNanos / RetryBudgetConfig.SLICES, now);
    activeRequests = new StripedCounter(stripes);
    activeRetries = new StripedCounter(stripes);
    granted = new StripedCounter(stripes);
    refused = new StripedCounter(stripes);
    scratch = new long[stripes][];
    for (int i = 0; i < stripes; i++) {
      scratch[i] = new long[Math.max(PAD, sums.newSums().length)];
    }
  }

  /** A request has begun (not a retry of one). */
  public void onRequest(int stripe, long now) {
    sums.roll(stripe, now);
    sums.add(stripe, REQUESTS, 1);
    activeRequests.add(stripe, 1);
  }

  /** A request that was announced by {@link #onRequest} has ended, with all its retries. */
  public void onRequestDone(int stripe) {
    activeRequests.add(stripe, -1);
  }

  /** Asks for one retry. If granted, {@link #onRetryDone} follows when it has ended. */
  public RetryDecision tryRetry(int stripe, long now) {
    RetryDecision decision = decide(stripe, now);
    if (decision == RetryDecision.GRANTED) {
      charge(stripe);
      granted.add(stripe, 1);
    } else {
      refused.add(stripe, 1);
    }
    return decision;
  }

  /**
   * Asks for one hedge, which is charged as a retry is, but is none in {@link #granted} and {@link
   * #refused}. If granted, {@link #onRetryDone} follows when it has ended.
   */
  public RetryDecision tryHedge(int stripe, long now) {
    RetryDecision decision = decide(stripe, now);
    if (decision == RetryDecision.GRANTED) {
      charge(stripe);
    }
    return decision;
  }

  private void charge(int stripe) {
    sums.add(stripe, RETRIES, 1);
    activeRetries.add(stripe, 1);
  }

  /** A granted retry or hedge has ended, however. */
  public void onRetryDone(int stripe) {
    activeRetries.add(stripe, -1);
  }

  /** How many retries the window still allows at this moment. */
  public double available(long now) {
    long[] seen = sums.newSums();
    sums.sum(now, seen);
    return balance(seen);
  }

  /** How many retries were granted since the beginning. */
  public long granted() {
    return granted.sum();
  }

  /** How many retries were refused since the beginning. */
  public long refused() {
    return refused.sum();
  }

  /** How many retries are under way. */
  public long activeRetries() {
    return activeRetries.sum();
  }

  private RetryDecision decide(int stripe, long now) {
    long retries = activeRetries.sum();
    double active = config.activeRatio() * (activeRequests.sum() + retries);
    if (retries >= Math.max(config.activeMinimum(), active)) {
      return RetryDecision.TOO_MANY_ACTIVE;
    }
    sums.roll(stripe, now);
    long[] seen = scratch[stripe];
    sums.sumAsOf(stripe, seen);
    return balance(seen) >= 1 - ROUNDING ? RetryDecision.GRANTED : RetryDecision.BUDGET_SPENT;
  }

  private double balance(long[] seen) {
    return config.ratio() * seen[REQUESTS] + reserve - seen[RETRIES];
  }
}
