package io.mamparo.kernel;

/**
 * The machine's own clock. Wall time runs with the monotonic clock, so that spans of one trace keep
 * their order to the nanosecond, and follows the wall clock when the two are apart by more than a
 * few milliseconds: when it was set, or has drifted.
 */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  private static final long TOLERATED_NANOS = 3_000_000;

  /** Wall time less monotonic time; a race between two who set it costs nothing. */
  private volatile long offset = wallNanos() - System.nanoTime();

  private SystemClock() {}

  private static long wallNanos() {
    return System.currentTimeMillis() * 1_000_000L;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long epochNanos() {
    long monotonic = System.nanoTime();
    long wall = wallNanos();
    long now = monotonic + offset;
    if (Math.abs(now - wall) > TOLERATED_NANOS) {
      offset = wall - monotonic;
      return wall;
    }
    return now;
  }
}
