package io.mamparo.mesh.defend;

import io.mamparo.resilience.outlier.Panic;
import java.util.SplittableRandom;

/**
 * Picks the endpoint for a try. Owned by one loop, one for each service.
 *
 * <p>Of two endpoints at random, the one with fewer tries under way for its weight (Mitzenmacher,
 * "The Power of Two Choices", 2001), so that one that does not answer soon gets nothing. Left out
 * are the unhealthy and the ejected, unless fewer than half of all are left: then leaving out does
 * more harm than good, and all are used (Envoy's panic threshold). An endpoint that has just
 * refused a connection is left out in any case, as long as there is another.
 */
public final class Balancer {
  /** How long a list of usable endpoints holds. */
  private static final long FRESH_NANOS = 5_000_000;

  /** No endpoint. */
  public static final int NONE = -1;

  private static final int MASKED = 64;

  private final ServicePlan plan;
  private final int[] usable;
  private int count;
  private long listed;
  private boolean stale = true;

  public Balancer(ServicePlan plan) {
    this.plan = plan;
    usable = new int[plan.size()];
  }

  /** Something has failed: look again who is usable. */
  public void stale() {
    stale = true;
  }

  /**
   * The endpoint for the next try, or {@link #NONE}.
   *
   * @param tried the endpoints that this request has tried, as bits; avoided if possible
   */
  public int pick(SplittableRandom random, long tried, long now) {
    if (stale || now - listed > FRESH_NANOS) {
      list(now);
    }
    if (count <= 1) {
      return count == 0 ? NONE : usable[0];
    }
    int a = random.nextInt(count);
    int b = random.nextInt(count - 1);
    b += b >= a ? 1 : 0;
    int first = usable[a];
    int second = usable[b];
    if (tried != 0 && (was(first, tried) || was(second, tried))) {
      return untried(first, second, tried);
    }
    return better(first, second);
  }

  /** Whether there is a usable endpoint that was not tried yet. */
  public boolean another(long tried, long now) {
    if (stale || now - listed > FRESH_NANOS) {
      list(now);
    }
    for (int i = 0; i < count; i++) {
      if (!was(usable[i], tried)) {
        return true;
      }
    }
    return false;
  }

  private static boolean was(int endpoint, long tried) {
    return endpoint < MASKED && (tried & 1L << endpoint) != 0;
  }

  private int untried(int first, int second, long tried) {
    if (!was(first, tried)) {
      return first;
    }
    if (!was(second, tried)) {
      return second;
    }
    for (int i = 0; i < count; i++) {
      if (!was(usable[i], tried)) {
        return usable[i];
      }
    }
    return better(first, second);
  }

  private int better(int a, int b) {
    long loadA = plan.endpoint(a).inFlight().sum() + 1;
    long loadB = plan.endpoint(b).inFlight().sum() + 1;
    if (plan.weighted()) {
      return loadA * plan.weight(b) <= loadB * plan.weight(a) ? a : b;
    }
    return loadA <= loadB ? a : b;
  }

  private void list(long now) {
    stale = false;
    listed = now;
    int total = plan.size();
    int good = 0;
    for (int i = 0; i < total; i++) {
      good += plan.healthy(i) && !plan.endpoint(i).ejected(now) ? 1 : 0;
    }
    boolean panic = Panic.useAll(good, total, Panic.DEFAULT_THRESHOLD);
    count = 0;
    for (int i = 0; i < total; i++) {
      boolean fit = panic || (plan.healthy(i) && !plan.endpoint(i).ejected(now));
      if (fit && !plan.endpoint(i).refusing(now)) {
        usable[count++] = i;
      }
    }
    if (count == 0) {
      for (int i = 0; i < total; i++) {
        usable[count++] = i;
      }
    }
  }
}
