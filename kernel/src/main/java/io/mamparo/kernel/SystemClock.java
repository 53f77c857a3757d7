package io.mamparo.kernel;

import java.time.Instant;

/** The machine's own clock: {@link System#nanoTime()} and the wall clock. */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  /**
   * Wall time at start less monotonic time at start, so that a reading needs no {@link Instant}.
   */
  private final long offset;

  private SystemClock() {
    Instant now = Instant.now();
    offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long epochNanos() {
    return System.currentTimeMillis() * 1_000_000L
        + Math.floorMod(System.nanoTime() + offset, 1_000_000L);
  }
}
