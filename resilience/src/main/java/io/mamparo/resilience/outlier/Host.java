package io.mamparo.resilience.outlier;

import io.mamparo.resilience.window.StripedCounter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One host as the {@link OutlierDetector} sees it. Results come from any event loop, each with its
 * own stripe; nothing here locks or allocates.
 */
public final class Host {
  private static final long IN = Long.MIN_VALUE;

  private final String name;
  private final OutlierDetector detector;
  private final AtomicInteger inARow = new AtomicInteger();

  /** The monotonic time at which its ejection ends, or IN. */
  private final AtomicLong ejectedUntil = new AtomicLong(IN);

  private final StripedCounter successes;
  private final StripedCounter results;

  /** Raised by whoever ejects, lowered by whoever sweeps. */
  private final AtomicInteger ejections = new AtomicInteger();

  private volatile boolean ejectedLately;
  private long successesSwept;
  private long resultsSwept;

  Host(String name, OutlierDetector detector, int stripes) {
    this.name = name;
    this.detector = detector;
    successes = new StripedCounter(stripes);
    results = new StripedCounter(stripes);
  }

  /** The host's name, for display. */
  public String name() {
    return name;
  }

  /** A request to it succeeded. */
  public void onSuccess(int stripe) {
    successes.add(stripe, 1);
    results.add(stripe, 1);
    if (inARow.getPlain() != 0) {
      inARow.set(0);
    }
  }

  /** A request to it failed: a 5xx, no connection, a reset, a time-out. */
  public void onFailure(int stripe, long now) {
    results.add(stripe, 1);
    if (inARow.incrementAndGet() >= detector.config().consecutiveFailures()) {
      inARow.set(0);
      detector.eject(this, OutlierListener.Reason.CONSECUTIVE_FAILURES, now);
    }
  }

  /** Whether requests may go to it. Brings it back when its time is over. */
  public boolean available(long now) {
    long until = ejectedUntil.get();
    if (until == IN) {
      return true;
    }
    if (now - until < 0) {
      return false;
    }
    if (ejectedUntil.compareAndSet(until, IN)) {
      inARow.set(0);
      detector.returned(this, now);
    }
    return true;
  }

  /** Whether it is ejected, as far as anybody has looked. */
  public boolean ejected() {
    return ejectedUntil.get() != IN;
  }

  /** How often it has been ejected lately; falls by one with every quiet interval. */
  public int ejections() {
    return ejections.get();
  }

  /** Takes it out; false when it is out already. */
  boolean leave(long until) {
    return ejectedUntil.compareAndSet(IN, until == IN ? IN + 1 : until);
  }

  /** Called by whoever has just taken it out. */
  int countEjection() {
    ejectedLately = true;
    return ejections.incrementAndGet();
  }

  /** The success rate since the last sweep in percent, or -1 with fewer than {@code minimum}. */
  double sweepRate(int minimum) {
    long all = results.sum();
    long good = successes.sum();
    long allNow = all - resultsSwept;
    long goodNow = good - successesSwept;
    resultsSwept = all;
    successesSwept = good;
    return allNow < Math.max(1, minimum) ? -1 : Math.min(100.0, 100.0 * goodNow / allNow);
  }

  void sweepEjections() {
    if (!ejectedLately && !ejected() && ejections.get() > 0) {
      ejections.decrementAndGet();
    }
    ejectedLately = false;
  }
}
