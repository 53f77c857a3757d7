package io.mamparo.dbproxy.pool;

import java.util.List;

/**
 * How pools share the connections of a server: an elastic bulkhead. Stateless.
 *
 * <p>Each pool gets what it needs up to its share. What is left goes to those that need more, in
 * proportion to their shares (max-min fairness), then to those that have connections open, so that
 * none is closed without need, and last to those that could grow. So nothing is idle while anybody
 * waits, and a pool that needs its share gets it at the next decision, whoever borrowed it.
 */
final class Shares {
  private Shares() {}

  /**
   * One pool's standing.
   *
   * @param share what it can always have
   * @param max what it may have at most
   * @param open what it has
   * @param need what it could use now: lent ones and waiting clients, of late
   */
  record Want(int share, int max, int open, int need) {}

  /**
   * What each may have now; together never more than {@code limit}, and all of it while there is
   * somebody who could use it.
   *
   * @param limit of all together
   */
  static int[] decide(int limit, List<Want> wants) {
    int[] quota = new int[wants.size()];
    int[] upTo = new int[wants.size()];
    for (int i = 0; i < quota.length; i++) {
      Want want = wants.get(i);
      upTo[i] = Math.min(want.need(), Math.min(want.share(), want.max()));
    }
    int left = fill(limit, quota, upTo, wants);
    for (int i = 0; i < quota.length; i++) {
      Want want = wants.get(i);
      upTo[i] = Math.min(want.need(), want.max());
    }
    left = fill(left, quota, upTo, wants);
    for (int i = 0; i < quota.length; i++) {
      Want want = wants.get(i);
      upTo[i] = Math.max(upTo[i], Math.min(want.open(), want.max()));
    }
    left = fill(left, quota, upTo, wants);
    for (int i = 0; i < quota.length; i++) {
      upTo[i] = wants.get(i).max();
    }
    fill(left, quota, upTo, wants);
    return quota;
  }

  /** Raises the quotas towards {@code upTo}, the least filled by its share first. */
  private static int fill(int left, int[] quota, int[] upTo, List<Want> wants) {
    int rest = left;
    while (rest > 0) {
      int poorest = -1;
      for (int i = 0; i < quota.length; i++) {
        if (quota[i] < upTo[i] && (poorest < 0 || poorer(i, poorest, quota, wants))) {
          poorest = i;
        }
      }
      if (poorest < 0) {
        break;
      }
      quota[poorest]++;
      rest--;
    }
    return rest;
  }

  /** Whether pool {@code a} has less for its share than pool {@code b}. */
  private static boolean poorer(int a, int b, int[] quota, List<Want> wants) {
    long weightA = Math.max(1, wants.get(a).share());
    long weightB = Math.max(1, wants.get(b).share());
    return (long) quota[a] * weightB < (long) quota[b] * weightA;
  }
}
