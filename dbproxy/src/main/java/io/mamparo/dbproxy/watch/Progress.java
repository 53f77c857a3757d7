package io.mamparo.dbproxy.watch;

/**
 * How far the primary had written at what time, of late. So a replica's position tells up to which
 * moment it has everything, by the proxy's own clock: whatever the clocks of the servers say, and
 * whether or not anything is being written. Owned by one event loop.
 */
final class Progress {
  private static final int REMEMBERED = 1_024;

  private final long[] positions = new long[REMEMBERED];
  private final long[] times = new long[REMEMBERED];
  private int size;
  private int next;

  /** Another primary: what the former one wrote means nothing any more. */
  void clear() {
    size = 0;
    next = 0;
  }

  /** The primary had written up to {@code position} at {@code time}, which only grow. */
  void add(long position, long time) {
    positions[next] = position;
    times[next] = time;
    next = (next + 1) % REMEMBERED;
    size = Math.min(size + 1, REMEMBERED);
  }

  /** Whether anything is known at all. */
  boolean known() {
    return size > 0;
  }

  /** How far the primary had written when it was asked last. */
  long last() {
    return positions[Math.floorMod(next - 1, REMEMBERED)];
  }

  /**
   * Until when a replica that has replayed up to {@code position} has everything.
   *
   * @return the earliest time that is remembered, less {@code 1}, when it is further behind
   */
  long completeUntil(long position) {
    long earliest = 0;
    for (int i = 1; i <= size; i++) {
      int at = Math.floorMod(next - i, REMEMBERED);
      if (positions[at] <= position) {
        return times[at];
      }
      earliest = times[at];
    }
    return earliest - 1;
  }
}
