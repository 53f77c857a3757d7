package io.mamparo.resilience.limit;

import io.mamparo.resilience.window.StripedCounter;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Enforces an adaptive limit: a {@link Bulkhead} whose size a {@link Limit} sets. Any thread may
 * call it, each stripe from one thread only. Measurements are gathered per stripe; whichever loop
 * first finds that the window is over, with enough measurements in it, feeds their mean to the
 * estimator, one loop at a time.
 */
public final class Limiter {
  /** How long measurements are gathered at least, in nanoseconds: 250 ms. */
  public static final long WINDOW_NANOS = 250_000_000;

  /** How many measurements a window has at least. */
  public static final int WINDOW_SAMPLES = 10;

  private final Bulkhead bulkhead;
  private final Limit limit;
  private final StripedCounter samples;
  private final StripedCounter latency;
  private final StripedCounter drops;
  private final AtomicBoolean updating = new AtomicBoolean();
  private volatile long windowEnd;
  private volatile int busiest;
  private long samplesSeen;
  private long latencySeen;
  private long dropsSeen;

  public Limiter(Limit limit, int stripes, long now) {
    this.limit = limit;
    this.bulkhead = new Bulkhead(limit.current(), stripes);
    this.samples = new StripedCounter(stripes);
    this.latency = new StripedCounter(stripes);
    this.drops = new StripedCounter(stripes);
    this.windowEnd = now + WINDOW_NANOS;
  }

  /** Takes a place if one is free. False is a refusal. */
  public boolean enter(int stripe) {
    return enter(stripe, bulkhead.limit());
  }

  /** As {@link #enter(int)}, with another bound for those who give way sooner or later. */
  public boolean enter(int stripe, int bound) {
    if (!bulkhead.enter(stripe, bound)) {
      return false;
    }
    int inFlight = bulkhead.inFlight();
    if (inFlight > busiest) {
      busiest = inFlight; // A lost race lowers it by a call or two, which the estimate can bear.
    }
    return true;
  }

  /**
   * Gives the place back; the call took {@code durationNanos} and says something about capacity.
   */
  public void leave(int stripe, long durationNanos, long now) {
    bulkhead.leave();
    latency.add(stripe, Math.max(1, durationNanos));
    samples.add(stripe, 1);
    judge(now);
  }

  /** Gives the place back; the callee refused or timed out for lack of capacity. */
  public void leaveDropped(int stripe, long now) {
    bulkhead.leave();
    drops.add(stripe, 1);
    judge(now);
  }

  /** Gives the place back; the call says nothing about capacity. */
  public void leaveIgnored() {
    bulkhead.leave();
  }

  /** The enforcing part, for display. */
  public Bulkhead bulkhead() {
    return bulkhead;
  }

  private void judge(long now) {
    if (now - windowEnd < 0 || !updating.compareAndSet(false, true)) {
      return;
    }
    try {
      update(now);
    } finally {
      updating.set(false);
    }
  }

  private void update(long now) {
    // The other loop may have been here between the two looks.
    long ended = samples.sum() - samplesSeen;
    long dropped = drops.sum() - dropsSeen;
    if (now - windowEnd < 0 || ended + dropped < WINDOW_SAMPLES) {
      return;
    }
    long took = latency.sum() - latencySeen;
    long mean = ended == 0 ? Limit.NO_LATENCY : took / ended;
    int most = busiest;
    samplesSeen += ended;
    latencySeen += took;
    dropsSeen += dropped;
    busiest = bulkhead.inFlight();
    windowEnd = now + WINDOW_NANOS;
    bulkhead.resize(limit.update(mean, most, dropped > 0));
  }
}
