package io.mamparo.testkit;

import io.mamparo.kernel.Clock;
import java.time.Duration;

/** A clock that stands still until a test moves it. Not for use by several threads. */
public final class VirtualClock implements Clock {
  private long nanos;
  private final long epoch;

  /** Starts at 2026-01-01T00:00Z. */
  public VirtualClock() {
    epoch = 1_767_225_600_000_000_000L;
  }

  /** Moves time forward. */
  public void advance(Duration by) {
    nanos += by.toNanos();
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long epochNanos() {
    return epoch + nanos;
  }
}
