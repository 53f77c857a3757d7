package io.mamparo.telemetry.spans;

/**
 * What was decided about traces a short while ago, for the stragglers: a table of fixed size in
 * which newer decisions replace older ones of the same place. Belongs to the roll-up thread.
 */
final class Decisions {
  static final int UNKNOWN = 0;
  static final int KEPT = 1;
  static final int DROPPED = 2;

  private static final long KEPT_NANOS = 60_000_000_000L;
  private static final long DROPPED_NANOS = 2_000_000_000L;

  private final int mask;
  private final long[] high;
  private final long[] low;
  private final long[] when;
  private final byte[] decision;

  Decisions(int capacity) {
    int length = Integer.highestOneBit(capacity);
    mask = length - 1;
    high = new long[length];
    low = new long[length];
    when = new long[length];
    decision = new byte[length];
  }

  private int place(long lo) {
    return (int) ((lo * 0x9e3779b97f4a7c15L) >>> 40) & mask;
  }

  void put(long hi, long lo, boolean kept, long nanos) {
    int at = place(lo);
    high[at] = hi;
    low[at] = lo;
    when[at] = nanos;
    decision[at] = (byte) (kept ? KEPT : DROPPED);
  }

  int get(long hi, long lo, long nanos) {
    int at = place(lo);
    if (low[at] != lo || high[at] != hi) {
      return UNKNOWN;
    }
    long life = decision[at] == KEPT ? KEPT_NANOS : DROPPED_NANOS;
    return nanos - when[at] < life ? decision[at] : UNKNOWN;
  }
}
