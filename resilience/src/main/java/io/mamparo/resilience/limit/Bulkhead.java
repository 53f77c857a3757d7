package io.mamparo.resilience.limit;

import io.mamparo.resilience.window.StripedCounter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bound on what is in flight, shared by all event loops. Any thread may call it, each stripe from
 * one thread only. Does not queue: whoever is refused answers at once or waits somewhere bounded.
 *
 * <p>Invariant: {@code inFlight} never rises above the limit in force at that moment. After the
 * limit was lowered it may stand above it until enough have left.
 */
public final class Bulkhead {
  private final AtomicInteger inFlight = new AtomicInteger();
  private final StripedCounter admitted;
  private final StripedCounter refused;
  private volatile int limit;

  /**
   * An empty bulkhead.
   *
   * @param limit how much may be in flight, at least 0 (which refuses everything)
   * @param stripes how many threads call it, each with its own stripe from 0
   */
  public Bulkhead(int limit, int stripes) {
    resize(limit);
    admitted = new StripedCounter(stripes);
    refused = new StripedCounter(stripes);
  }

  /**
   * Takes a place if one is free; {@link #leave} gives it back. False is a refusal, and counted.
   */
  public boolean enter(int stripe) {
    return enter(stripe, limit);
  }

  /** As {@link #enter(int)}, with another bound for those who give way sooner or later. */
  public boolean enter(int stripe, int bound) {
    int before = inFlight.get();
    while (before < bound) {
      if (inFlight.weakCompareAndSetVolatile(before, before + 1)) {
        admitted.add(stripe, 1);
        return true;
      }
      before = inFlight.get();
    }
    refused.add(stripe, 1);
    return false;
  }

  /**
   * Gives a place back, exactly once for each {@link #enter} that returned true; any thread may.
   */
  public void leave() {
    if (inFlight.decrementAndGet() < 0) {
      inFlight.incrementAndGet();
      throw new IllegalStateException("a place in the bulkhead was given back twice");
    }
  }

  /** Changes the limit while in use. Nobody is thrown out. */
  public void resize(int to) {
    if (to < 0) {
      throw new IllegalArgumentException("a bulkhead's limit cannot be negative: " + to);
    }
    limit = to;
  }

  /** How much may be in flight. */
  public int limit() {
    return limit;
  }

  /** How much is in flight. */
  public int inFlight() {
    return inFlight.get();
  }

  /** How many were let in since the beginning. */
  public long admitted() {
    return admitted.sum();
  }

  /** How many were refused since the beginning. */
  public long refused() {
    return refused.sum();
  }
}
