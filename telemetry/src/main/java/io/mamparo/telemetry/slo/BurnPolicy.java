package io.mamparo.telemetry.slo;

import java.util.List;

/**
 * When a burn rate is worth somebody's attention: the multi-window, multi-burn-rate alerts of the
 * SRE workbook (chapter 5). Immutable.
 *
 * @param severity {@code page} or {@code ticket}
 * @param budgetShare how much of the budget burns in the long window when it fires
 * @param longMinutes the long window
 * @param shortMinutes the short window
 */
record BurnPolicy(String severity, double budgetShare, int longMinutes, int shortMinutes) {
  static final List<BurnPolicy> ALL =
      List.of(
          new BurnPolicy("page", 0.02, 60, 5),
          new BurnPolicy("page", 0.05, 6 * 60, 30),
          new BurnPolicy("ticket", 0.10, 24 * 60, 2 * 60),
          new BurnPolicy("ticket", 0.10, 3 * 24 * 60, 6 * 60));

  /** A burn rate of 1 / (1 - objective) is a total outage; this share of it always fires. */
  private static final double REACHABLE = 0.9;

  /** The policies that make sense for a window: those whose long window is shorter. */
  static List<BurnPolicy> forWindow(int windowMinutes) {
    return ALL.stream().filter(p -> p.longMinutes < windowMinutes).toList();
  }

  /**
   * The burn rate from which it fires: budget share times the promise's window over the long window
   * (14.4, 6, 3 and 1 for 30 days), but never more than nine tenths of what a total outage burns,
   * so that loose objectives (below 93 %) can fire at all.
   */
  double factor(int windowMinutes, double objective) {
    double factor = budgetShare * windowMinutes / longMinutes;
    return Math.min(factor, REACHABLE / (1 - objective));
  }
}
