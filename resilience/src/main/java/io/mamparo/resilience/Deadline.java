package io.mamparo.resilience;

/**
 * When something must be over: arithmetic on monotonic nanoseconds, which may be negative and wrap,
 * so that deadlines are compared by their difference only. {@link #NONE} stands for no deadline.
 * Holds no state.
 */
public final class Deadline {
  /** No deadline; also an unlimited remainder. */
  public static final long NONE = Long.MAX_VALUE;

  /** Longer timeouts than this (about 146 years) count as none: differences must not overflow. */
  private static final long LONGEST = Long.MAX_VALUE / 2;

  private Deadline() {}

  /**
   * The deadline {@code timeoutNanos} from {@code now}; {@link #NONE} for {@link #NONE}. A timeout
   * of 0 or less has passed at once.
   */
  public static long after(long now, long timeoutNanos) {
    if (timeoutNanos >= LONGEST) {
      return NONE;
    }
    long deadline = now + Math.max(0, timeoutNanos);
    return deadline == NONE ? NONE - 1 : deadline;
  }

  /** The earlier of two deadlines: the route's and the caller's, say. */
  public static long earlier(long a, long b) {
    if (a == NONE || b == NONE) {
      return a == NONE ? b : a;
    }
    return a - b < 0 ? a : b;
  }

  /** The nanoseconds left, never negative; {@link #NONE} without a deadline. */
  public static long remaining(long deadline, long now) {
    return deadline == NONE ? NONE : Math.max(0, deadline - now);
  }

  /** Whether it has passed. */
  public static boolean passed(long deadline, long now) {
    return deadline != NONE && deadline - now <= 0;
  }

  /**
   * The deadline of one try: the per-try timeout from {@code now}, but no later than the whole
   * request's.
   */
  public static long ofTry(long deadline, long perTryNanos, long now) {
    return earlier(deadline, after(now, perTryNanos));
  }

  /**
   * Whether work that takes {@code needNanos} can still be done; neither queue nor retry if not.
   */
  public static boolean allows(long deadline, long needNanos, long now) {
    return deadline == NONE || deadline - now > needNanos;
  }

  /**
   * The timeout to tell the callee: what remains less {@code offsetNanos} for the way back, at
   * least 0; {@link #NONE} without a deadline.
   */
  public static long toForward(long deadline, long offsetNanos, long now) {
    return deadline == NONE ? NONE : Math.max(0, deadline - now - offsetNanos);
  }
}
