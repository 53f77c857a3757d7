package io.mamparo.resilience.window;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A count with one writer a stripe: an event loop adds to its own stripe with plain stores, and any
 * thread may read the sum, which then may lack the last few additions. Each stripe has two cache
 * lines to itself.
 */
public final class StripedCounter {
  private static final int STRIDE = 16;

  private final AtomicLongArray cells;
  private final int stripes;

  /**
   * A counter at 0.
   *
   * @param stripes how many writers there are, at least 1
   */
  public StripedCounter(int stripes) {
    if (stripes < 1) {
      throw new IllegalArgumentException("stripes must be at least 1: " + stripes);
    }
    this.stripes = stripes;
    cells = new AtomicLongArray((stripes + 1) * STRIDE);
  }

  /** Adds to a stripe; only that stripe's thread may call this. */
  public void add(int stripe, long by) {
    int at = (stripe + 1) * STRIDE - 1;
    cells.setOpaque(at, cells.getPlain(at) + by);
  }

  /** What one stripe has counted. */
  public long of(int stripe) {
    return cells.getOpaque((stripe + 1) * STRIDE - 1);
  }

  /** What all stripes have counted together. */
  public long sum() {
    long sum = 0;
    for (int stripe = 0; stripe < stripes; stripe++) {
      sum += of(stripe);
    }
    return sum;
  }
}
