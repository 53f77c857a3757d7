package io.mamparo.kernel;

/**
 * Time, injected: whatever measures or waits takes a {@code Clock}, so that a test can run hours in
 * a moment. Safe for use by several threads.
 */
public interface Clock {
  /** Monotonic nanoseconds from an arbitrary origin; only differences mean anything. */
  long nanos();

  /** Wall-clock nanoseconds since 1970-01-01T00:00Z; may step when the machine's clock is set. */
  long epochNanos();

  /** The machine's own clock. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
