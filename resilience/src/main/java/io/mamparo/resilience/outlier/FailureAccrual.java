package io.mamparo.resilience.outlier;

import io.mamparo.resilience.Share;
import io.mamparo.resilience.window.SlidingSum;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One host's failures, as Linkerd's unified failure accrual counts them: taken out by failures in a
 * row or by a low success rate, it comes back by a single probe after a backoff that doubles while
 * probes fail. Any event loop may call it, each with its own stripe.
 *
 * <pre>
 *     up ── failures in a row, or rate too low ──→ down(until) ── time over, next call ──→ probing
 *      ↑                                              ↑  probe failed or lost: backoff doubles │
 *      │                                              └───────────────────────────────────────┤
 *      └────────────────────────── probe succeeded ───────────────────────────────────────────┘
 * </pre>
 *
 * <p>Use: {@code long permit = accrual.acquire(now)}; negative means the host is out; otherwise the
 * result follows with the permit. Results of an earlier state are dropped.
 */
public final class FailureAccrual {
  /** The host is out. */
  public static final long REFUSED = -1;

  /** How a request ended. */
  public enum Result {
    SUCCESS,
    FAILURE,
    /** 429: counts in the rate, but not in the failures in a row. */
    THROTTLED
  }

  private static final int ALL = 0;
  private static final int GOOD = 1;
  private static final int SLICES = 10;
  private static final int PAD = 16;

  private enum Kind {
    UP,
    DOWN,
    PROBING
  }

  /** Replaced as a whole with each transition; {@code until} is the end of a backoff or probe. */
  private record State(
      Kind kind, long generation, int failedProbes, long until, SlidingSum results) {}

  private final AccrualConfig config;
  private final int stripes;
  private final long seed;
  private final AtomicReference<State> state;
  private final AtomicInteger inARow = new AtomicInteger();
  private final long[][] scratch;

  /**
   * A host that is up.
   *
   * @param stripes how many threads report results, each with its own stripe from 0
   * @param seed for jitter; let it differ from host to host
   * @param now the monotonic time in nanoseconds
   */
  public FailureAccrual(AccrualConfig config, int stripes, long seed, long now) {
    this.config = config;
    this.stripes = stripes;
    this.seed = seed;
    state = new AtomicReference<>(new State(Kind.UP, 0, 0, 0, window(now)));
    scratch = new long[stripes][PAD];
  }

  /** Whether {@link #acquire} would let a call through. */
  public boolean available(long now) {
    State at = state.get();
    return at.kind() == Kind.UP || now - at.until() >= 0;
  }

  /** A permit to call the host, not negative, or {@link #REFUSED}. */
  public long acquire(long now) {
    State at = state.get();
    while (at.kind() != Kind.UP) {
      if (now - at.until() < 0) {
        return REFUSED;
      }
      // A probe that was lost has failed like one that came back with an error.
      int failed = at.failedProbes() + (at.kind() == Kind.PROBING ? 1 : 0);
      State probing =
          new State(
              Kind.PROBING,
              at.generation() + 1,
              failed,
              now + config.probeTimeout().toNanos(),
              at.results());
      if (state.compareAndSet(at, probing)) {
        return probing.generation();
      }
      at = state.get();
    }
    return at.generation();
  }

  /** How the call with this permit ended. */
  public void onResult(int stripe, long permit, Result result, long now) {
    State at = state.get();
    if (at.generation() != permit) {
      return;
    }
    switch (at.kind()) {
      case UP -> record(at, stripe, result, now);
      case DOWN -> {}
      case PROBING -> judgeProbe(at, result, now);
    }
  }

  private void record(State at, int stripe, Result result, long now) {
    SlidingSum results = at.results();
    results.roll(stripe, now);
    results.add(stripe, ALL, 1);
    int row = 0;
    switch (result) {
      case SUCCESS -> {
        results.add(stripe, GOOD, 1);
        if (inARow.getPlain() != 0) {
          inARow.set(0);
        }
      }
      case FAILURE -> row = inARow.incrementAndGet();
      case THROTTLED -> {}
    }
    if (row >= config.consecutiveFailures() || (result != Result.SUCCESS && tooLow(at, stripe))) {
      down(at, 0, now);
    }
  }

  private boolean tooLow(State at, int stripe) {
    long[] seen = scratch[stripe];
    at.results().sumAsOf(stripe, seen);
    return seen[ALL] >= config.minimumResults()
        && !Share.reached(seen[GOOD], seen[ALL], config.successRate());
  }

  private void judgeProbe(State at, Result result, long now) {
    if (result == Result.SUCCESS) {
      inARow.set(0);
      state.compareAndSet(at, new State(Kind.UP, at.generation() + 1, 0, 0, window(now)));
    } else {
      down(at, at.failedProbes() + 1, now);
    }
  }

  private void down(State at, int failedProbes, long now) {
    long generation = at.generation() + 1;
    long backoff =
        Math.min(
            config.firstBackoff().toNanos() << Math.min(failedProbes, 20),
            config.longestBackoff().toNanos());
    long jitter = Jitter.below((long) (backoff * config.jitter()), seed, generation);
    State to = new State(Kind.DOWN, generation, failedProbes, now + backoff + jitter, at.results());
    state.compareAndSet(at, to);
  }

  private SlidingSum window(long now) {
    return new SlidingSum(stripes, 2, SLICES, config.window().toNanos() / SLICES, now);
  }
}
