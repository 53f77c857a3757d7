package io.mamparo.resilience.breaker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The last so many results, exactly, whichever threads they came from. Lock-free: a result takes a
 * place in the ring, swaps itself with the result that stood there, and adds the difference to the
 * totals, which are packed into one word so that whoever adds also sees totals that belong
 * together. The totals always equal the sum of what has been swapped in, once everybody has added;
 * until then they can lack a result that was already swapped out again, which shows as a count out
 * of range and is left to be judged by whoever still has to add.
 */
final class CountWindow implements Window {
  /** Three counts share a word of 63 bits. */
  static final int MAX_SIZE = (1 << 20) - 1;

  private static final int BITS = 21;
  private static final long MASK = (1L << BITS) - 1;
  private static final long CALL = 1;
  private static final long FAILED = 1L << BITS;
  private static final long TOOK_LONG = 1L << (2 * BITS);

  private final Thresholds thresholds;
  private final AtomicLongArray ring;
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong totals = new AtomicLong();

  CountWindow(int size, Thresholds thresholds) {
    this.thresholds = thresholds;
    ring = new AtomicLongArray(size);
  }

  @Override
  public Judgement record(int stripe, boolean failed, boolean slow, long now) {
    long result = CALL + (failed ? FAILED : 0) + (slow ? TOOK_LONG : 0);
    int place = (int) (next.getAndIncrement() % ring.length());
    long before = ring.getAndSet(place, result);
    long sum = totals.addAndGet(result - before);
    if (failures(sum) > ring.length() || slow(sum) > ring.length()) {
      return Judgement.TOO_FEW;
    }
    return thresholds.judge(calls(sum), failures(sum), slow(sum));
  }

  @Override
  public long[] totals(long now) {
    long sum = totals.get();
    return new long[] {calls(sum), failures(sum), slow(sum)};
  }

  private static long calls(long sum) {
    return sum & MASK;
  }

  private static long failures(long sum) {
    return (sum >>> BITS) & MASK;
  }

  private static long slow(long sum) {
    return (sum >>> (2 * BITS)) & MASK;
  }
}
