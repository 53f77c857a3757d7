package io.mamparo.resilience.rate;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * So many calls a second with a burst, for each of many keys. Any thread may call it; a decision
 * costs one compare-and-set.
 *
 * <p>Each key has a token bucket in the form of the generic cell rate algorithm (ITU-T I.371): one
 * number, the time at which its bucket will be full again. A call is allowed when that time, put
 * off by one token's interval, is at most {@code burst} intervals ahead.
 *
 * <p>Keys live in a table of fixed size. A key whose bucket is full needs no place, so places are
 * taken over from those; when all eight candidates of a key are in use, the fullest bucket is
 * forgotten, which lets its key off lightly and is counted.
 */
public final class RateLimit {
  /** How many keys are told apart. */
  public static final int KEYS = 8192;

  private static final int PROBES = 8;
  private static final int MASK = KEYS - 1;

  private final AtomicLongArray keys;
  private final AtomicLongArray times;
  private final long interval;
  private final long ahead;
  private final int burst;
  private final java.util.concurrent.atomic.LongAdder refused =
      new java.util.concurrent.atomic.LongAdder();
  private final java.util.concurrent.atomic.LongAdder forgotten =
      new java.util.concurrent.atomic.LongAdder();

  /**
   * Full buckets.
   *
   * @param perSecond calls on average, above 0
   * @param burst calls at once, at least 1
   * @param keyed whether there is more than one key
   */
  public RateLimit(double perSecond, int burst, boolean keyed) {
    if (!(perSecond > 0) || burst < 1) {
      throw new IllegalArgumentException("perSecond must be above 0 and burst at least 1");
    }
    this.burst = burst;
    interval = Math.max(1, (long) (1e9 / perSecond));
    ahead = Math.multiplyExact(interval, (long) burst);
    int size = keyed ? KEYS : PROBES;
    keys = new AtomicLongArray(size);
    times = new AtomicLongArray(size);
    for (int i = 0; i < size; i++) {
      times.set(i, Long.MIN_VALUE);
    }
  }

  /**
   * Takes a token.
   *
   * @param key which bucket; 0 is as good as any
   * @return 0 when the call is allowed, otherwise how many nanoseconds to wait for the next token
   */
  public long take(long key, long now) {
    int at = place(key, now);
    while (true) {
      long full = times.get(at);
      long from = full == Long.MIN_VALUE || full - now < 0 ? now : full;
      long next = from + interval;
      if (next - now > ahead) {
        refused.increment();
        return next - now - ahead;
      }
      if (times.compareAndSet(at, full, next)) {
        return 0;
      }
    }
  }

  /** The place of a key, which may have to take over another's. */
  private int place(long key, long now) {
    int mask = keys.length() == KEYS ? MASK : PROBES - 1;
    int first = (int) (key ^ key >>> 32) & mask;
    if (mask != MASK) {
      return 0;
    }
    int oldest = first;
    for (int i = 0; i < PROBES; i++) {
      int at = (first + i) & mask;
      if (keys.get(at) == key) {
        return at;
      }
      if (age(times.get(at), now) > age(times.get(oldest), now)) {
        oldest = at;
      }
    }
    if (age(times.get(oldest), now) < 0) {
      forgotten.increment();
    }
    keys.set(oldest, key);
    times.set(oldest, Long.MIN_VALUE);
    return oldest;
  }

  private static long age(long full, long now) {
    return full == Long.MIN_VALUE ? Long.MAX_VALUE : now - full;
  }

  /** Calls at once. */
  public int burst() {
    return burst;
  }

  /** How long until one token more, in nanoseconds. */
  public long interval() {
    return interval;
  }

  /** How many calls were refused since the beginning. */
  public long refused() {
    return refused.sum();
  }

  /** How many keys were forgotten before their bucket was full, since the beginning. */
  public long forgotten() {
    return forgotten.sum();
  }
}
