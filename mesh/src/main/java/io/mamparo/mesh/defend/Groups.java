package io.mamparo.mesh.defend;

import java.util.function.IntPredicate;

/**
 * Which endpoints are used now, and what share of the requests each group of them gets: by priority
 * first, then those of the own zone before the others. Owned by one loop.
 *
 * <pre>
 *   health of a group   h = min(1, 1.4 · usable / all)
 *   priorities          each takes min(h, what is left), from 0 on; when all of them together make
 *                       less than 1, they are scaled up, and one with less than the panic share
 *                       usable uses all of its endpoints (Envoy's rules)
 *   zone                the own zone takes h of its priority's share, the other zones the rest
 * </pre>
 *
 * <p>The factor 1.4 lets a group that lost little carry on alone: requests move only when more than
 * two sevenths of it are gone.
 */
final class Groups {
  private static final double OVERPROVISIONED = 1.4;
  private static final int MOST = 32;

  /** The endpoints in use, group by group. */
  final int[] members;

  private final int[] end = new int[MOST];
  private final double[] upTo = new double[MOST];
  private final double[] health = new double[MOST / 2];
  private int groups;
  private int filled;

  Groups(int endpoints) {
    members = new int[endpoints];
  }

  /** How many endpoints are in use. */
  int count() {
    return filled;
  }

  /** How many groups have endpoints in use. */
  int groups() {
    return groups;
  }

  /** Where a group's members begin. */
  int start(int group) {
    return group == 0 ? 0 : end[group - 1];
  }

  /** Where a group's members end. */
  int end(int group) {
    return end[group];
  }

  /** The group for a number between 0 and 1. */
  int group(double at) {
    int group = 0;
    while (group < groups - 1 && at >= upTo[group]) {
      group++;
    }
    return group;
  }

  /** The share of the requests that a group gets. */
  double share(int group) {
    return upTo[group] - (group == 0 ? 0 : upTo[group - 1]);
  }

  /**
   * Forms the groups.
   *
   * @param priority of each endpoint
   * @param local whether each is in the own zone
   * @param good whether each is usable
   */
  void form(int[] priority, boolean[] local, boolean[] good, double panic) {
    groups = 0;
    filled = 0;
    int levels = 0;
    for (int p : priority) {
      levels = Math.max(levels, p + 1);
    }
    double sum = 0;
    for (int level = 0; level < levels; level++) {
      health[level] = health(priority, local, good, level, false, false);
      sum += health[level];
    }
    double left = 1;
    for (int level = 0; level < levels; level++) {
      double share = Math.min(own(level, sum), left);
      left -= share;
      boolean all = sum < 1 && usable(priority, good, level) < panic;
      level(priority, local, good, level, share, all);
    }
    if (groups > 0) {
      upTo[groups - 1] = 1;
    }
  }

  /** What a priority could take; when nobody is healthy, the first takes it all. */
  private double own(int level, double sum) {
    if (sum == 0) {
      return level == 0 ? 1 : 0;
    }
    return sum < 1 ? health[level] / sum : health[level];
  }

  private void level(
      int[] priority, boolean[] local, boolean[] good, int level, double share, boolean all) {
    double near = health(priority, local, good, level, true, true);
    double far = health(priority, local, good, level, true, false);
    if (share <= 0) {
      return;
    }
    if (all || near == 0 || far == 0) {
      add(priority, level, share, i -> all || good[i]);
      return;
    }
    add(priority, level, share * near, i -> good[i] && local[i]);
    if (near < 1) {
      add(priority, level, share * (1 - near), i -> good[i] && !local[i]);
    }
  }

  private void add(int[] priority, int level, double share, IntPredicate in) {
    int from = filled;
    for (int i = 0; i < priority.length; i++) {
      if (priority[i] == level && in.test(i)) {
        members[filled++] = i;
      }
    }
    if (filled > from) {
      upTo[groups] = (groups == 0 ? 0 : upTo[groups - 1]) + share;
      end[groups++] = filled;
    }
  }

  private static double health(
      int[] priority, boolean[] local, boolean[] good, int level, boolean byZone, boolean near) {
    int total = 0;
    int fit = 0;
    for (int i = 0; i < priority.length; i++) {
      if (priority[i] == level && (!byZone || local[i] == near)) {
        total++;
        fit += good[i] ? 1 : 0;
      }
    }
    return total == 0 ? 0 : Math.min(1, OVERPROVISIONED * fit / total);
  }

  private static double usable(int[] priority, boolean[] good, int level) {
    int total = 0;
    int fit = 0;
    for (int i = 0; i < priority.length; i++) {
      if (priority[i] == level) {
        total++;
        fit += good[i] ? 1 : 0;
      }
    }
    return total == 0 ? 1 : (double) fit / total;
  }
}
