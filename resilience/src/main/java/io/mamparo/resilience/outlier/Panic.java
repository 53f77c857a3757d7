package io.mamparo.resilience.outlier;

import io.mamparo.resilience.Share;

/** When so few hosts are left that leaving out the others does more harm than good. No state. */
public final class Panic {
  /** The usual threshold: half of the hosts. */
  public static final double DEFAULT_THRESHOLD = 0.5;

  /** A tenth of 30 must not come out as 2.9999. */
  private static final double ROUNDING = 1e-9;

  private Panic() {}

  /**
   * Whether to use all hosts, healthy or not. True when the healthy share is below {@code
   * threshold}. With a threshold of 0 it never is, and a caller without healthy hosts has to fail.
   */
  public static boolean useAll(int healthy, int total, double threshold) {
    return total > 0 && !Share.reached(healthy, total, threshold);
  }

  /** How many of {@code total} hosts may be ejected at a time; see {@link OutlierDetector}. */
  public static int mostEjected(int total, double share) {
    return total < 2 ? 0 : Math.max(1, (int) (share * total + ROUNDING));
  }
}
