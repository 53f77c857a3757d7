package io.mamparo.mesh.defend;

import io.mamparo.mesh.ServicePolicy.Algorithm;
import io.mamparo.mesh.choose.Affinity;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Picks the endpoint for a try. Owned by one loop, one for each service.
 *
 * <p>Of two endpoints at random, the one with fewer tries under way for its weight (Mitzenmacher,
 * "The Power of Two Choices", 2001), so that one that does not answer soon gets nothing; or as the
 * service says. Left out are the unhealthy and the ejected, unless so few are left that leaving out
 * does more harm than good (Envoy's panic threshold); {@link Groups} has the rules. An endpoint
 * that has just refused a connection is left out in any case, as long as there is another.
 */
public final class Balancer {
  /** How long a list of usable endpoints holds. */
  private static final long FRESH_NANOS = 5_000_000;

  /** No endpoint. */
  public static final int NONE = -1;

  private static final int MASKED = 64;

  /** After so many tries it is time to look for another zone or priority. */
  private static final int ELSEWHERE = 2;

  private final ServicePlan plan;
  private final int loop;
  private final Algorithm algorithm;
  private final Groups groups;
  private final boolean[] good;
  private final double[] weights;

  /** For round robin: what each endpoint is owed. */
  private final double[] owed;

  private final Maglev table = new Maglev();
  private int[] tabled = {};
  private boolean unequal;
  private long listed;
  private boolean stale = true;

  /** For one loop. */
  public Balancer(ServicePlan plan, int loop) {
    this.plan = plan;
    this.loop = loop;
    algorithm = plan.config.policy().balance().algorithm();
    groups = new Groups(plan.size());
    good = new boolean[plan.size()];
    weights = new double[plan.size()];
    owed = new double[plan.size()];
  }

  /** Something has failed: look again who is usable. */
  public void stale() {
    stale = true;
  }

  /**
   * The endpoint for the next try, or {@link #NONE}.
   *
   * @param tried the endpoints that this request has tried, as bits; avoided if possible
   * @param user what {@link Affinity} says of its user
   */
  public int pick(SplittableRandom random, long tried, long user, long now) {
    refresh(now);
    if (groups.count() <= 1 && tried == 0) {
      return groups.count() == 0 ? NONE : groups.members[0];
    }
    if (groups.count() == 0) {
      return NONE;
    }
    if (algorithm == Algorithm.HASH && user != Affinity.NONE) {
      int own = table.of(user);
      return was(own, tried) ? untried(own, tried) : own;
    }
    if (Long.bitCount(tried) >= ELSEWHERE) {
      int other = elsewhere(random, tried);
      if (other != NONE) {
        return other;
      }
    }
    int group = groups.groups() == 1 ? 0 : groups.group(random.nextDouble());
    int from = groups.start(group);
    int to = groups.end(group);
    int picked =
        switch (algorithm) {
          case ROUND_ROBIN -> inTurn(from, to);
          case LEAST_REQUEST, PEAK_EWMA, HASH -> ofTwo(random, from, to, tried, now);
        };
    return was(picked, tried) ? untried(picked, tried) : picked;
  }

  private void refresh(long now) {
    if (stale || now - listed > FRESH_NANOS) {
      list(now);
    }
  }

  /** Whether there is a usable endpoint that was not tried yet. */
  public boolean another(long tried, long now) {
    refresh(now);
    for (int i = 0; i < groups.count(); i++) {
      if (!was(groups.members[i], tried)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The endpoint for a hedge: healthy, not ejected, and none of those tried; {@link #NONE} when
   * there is no such one.
   */
  public int second(SplittableRandom random, long tried, long user, long now) {
    if (!another(tried, now)) {
      return NONE;
    }
    int picked = pick(random, tried, user, now);
    boolean usable =
        picked >= 0
            && picked < MASKED
            && !was(picked, tried)
            && plan.healthy(picked)
            && !plan.endpoint(picked).ejected(now);
    return usable ? picked : NONE;
  }

  private static boolean was(int endpoint, long tried) {
    return endpoint < MASKED && (tried & 1L << endpoint) != 0;
  }

  /** One that was not tried, beginning behind {@code after}; that one itself when all were. */
  private int untried(int after, long tried) {
    int n = groups.count();
    int at = 0;
    for (int i = 0; i < n; i++) {
      at = groups.members[i] == after ? i : at;
    }
    for (int i = 1; i < n; i++) {
      int candidate = groups.members[(at + i) % n];
      if (!was(candidate, tried)) {
        return candidate;
      }
    }
    return after;
  }

  /**
   * One of another priority or zone than those tried, for these may be lost as a whole; {@link
   * #NONE} when there is none.
   */
  private int elsewhere(SplittableRandom random, long tried) {
    int first = Long.numberOfTrailingZeros(tried);
    int n = good.length;
    int from = random.nextInt(n);
    for (int i = 0; i < n; i++) {
      int at = (from + i) % n;
      boolean same =
          plan.priorities()[at] == plan.priorities()[first]
              && plan.local()[at] == plan.local()[first];
      if (good[at] && !same && !was(at, tried)) {
        return at;
      }
    }
    return NONE;
  }

  private int ofTwo(SplittableRandom random, int from, int to, long tried, long now) {
    int n = to - from;
    if (n == 1) {
      return groups.members[from];
    }
    int a = from + random.nextInt(n);
    int b = from + random.nextInt(n - 1);
    b += b >= a ? 1 : 0;
    if (unequal) {
      a = drawn(random, from, to, -1);
      b = drawn(random, from, to, a);
    }
    int first = groups.members[a];
    int second = groups.members[b];
    if (tried != 0 && was(first, tried) != was(second, tried)) {
      return was(first, tried) ? second : first;
    }
    return better(first, second, now);
  }

  /** One by weight, other than {@code not}. */
  private int drawn(SplittableRandom random, int from, int to, int not) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += i == not ? 0 : weights[groups.members[i]];
    }
    double ticket = random.nextDouble() * sum;
    int last = from;
    for (int i = from; i < to; i++) {
      if (i != not) {
        last = i;
        ticket -= weights[groups.members[i]];
        if (ticket < 0) {
          return i;
        }
      }
    }
    return last;
  }

  private int better(int a, int b, long now) {
    EndpointState first = plan.endpoint(a);
    EndpointState second = plan.endpoint(b);
    if (algorithm == Algorithm.PEAK_EWMA) {
      double costA = first.latency(loop).cost(first.inFlight().sum(), now);
      double costB = second.latency(loop).cost(second.inFlight().sum(), now);
      return costA * weights[b] <= costB * weights[a] ? a : b;
    }
    // Who is drawn by weight and has nothing to do gets it, so that shares follow the weights.
    double loadA = (double) first.inFlight().sum();
    double loadB = (double) second.inFlight().sum();
    return loadA * weights[b] <= loadB * weights[a] ? a : b;
  }

  /** Smooth weighted round robin, as in nginx. */
  private int inTurn(int from, int to) {
    double sum = 0;
    int best = groups.members[from];
    for (int i = from; i < to; i++) {
      int endpoint = groups.members[i];
      owed[endpoint] += weights[endpoint];
      sum += weights[endpoint];
      if (owed[endpoint] > owed[best]) {
        best = endpoint;
      }
    }
    owed[best] -= sum;
    return best;
  }

  private void list(long now) {
    stale = false;
    listed = now;
    int total = plan.size();
    for (int i = 0; i < total; i++) {
      good[i] = plan.healthy(i) && !plan.endpoint(i).ejected(now);
    }
    form(plan.config.policy().balance().panic());
    if (dropRefusing(now)) {
      form(0);
    }
    weigh(total, now);
    if (algorithm == Algorithm.HASH) {
      tabulate();
    }
  }

  private void form(double panic) {
    groups.form(plan.priorities(), plan.local(), good, panic);
  }

  /**
   * Leaves out who refuses connections, if somebody else is left; whether anything changed. In a
   * panic the others of those in use stay in use.
   */
  private boolean dropRefusing(long now) {
    boolean any = false;
    boolean left = false;
    boolean panic = false;
    for (int i = 0; i < groups.count(); i++) {
      int endpoint = groups.members[i];
      boolean refusing = plan.endpoint(endpoint).refusing(now);
      any |= refusing;
      left |= !refusing;
      panic |= !good[endpoint];
    }
    for (int i = 0; i < good.length && !panic; i++) {
      left |= good[i] && !plan.endpoint(i).refusing(now);
    }
    if (!any || !left) {
      return false;
    }
    for (int i = 0; i < groups.count() && panic; i++) {
      good[groups.members[i]] = true;
    }
    for (int i = 0; i < good.length; i++) {
      good[i] &= !plan.endpoint(i).refusing(now);
    }
    return true;
  }

  private void weigh(int total, long now) {
    long window = plan.config.policy().balance().slowStart().toNanos();
    for (int i = 0; i < total; i++) {
      weights[i] = plan.weight(i) * plan.endpoint(i).warmth(window, now);
    }
    unequal = false;
    for (int i = 1; i < total; i++) {
      unequal |= weights[i] != weights[0];
    }
  }

  /** A table is made anew only when other endpoints are in use. */
  private void tabulate() {
    int[] members = Arrays.copyOf(groups.members, groups.end(0));
    if (!Arrays.equals(members, tabled)) {
      tabled = members;
      double[] plain = new double[plan.size()];
      for (int i = 0; i < plain.length; i++) {
        plain[i] = plan.weight(i);
      }
      table.fill(members, members.length, plan.names(), plain);
    }
  }
}
