package io.mamparo.resilience;

/**
 * Compares counts with a share such as 55 %, which has no exact form in binary: 0.55 · 100 is a
 * little more than 55, and yet 55 of 100 have reached it. No state.
 */
public final class Share {
  /** Far above the error of two roundings, far below one call in a window. */
  private static final double SLACK = 1 - 1e-12;

  private Share() {}

  /** Whether {@code part} is at least {@code share} of {@code whole}; both at most 10^11. */
  public static boolean reached(long part, long whole, double share) {
    return part >= share * whole * SLACK;
  }
}
