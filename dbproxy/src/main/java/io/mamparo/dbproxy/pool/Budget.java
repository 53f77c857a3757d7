package io.mamparo.dbproxy.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections that all pools of a database share. Pools take and return permits on their loops;
 * what each may have is decided by {@link Shares} whenever one is in need, and ten times a second.
 * Safe for use by several threads.
 *
 * <p>Invariant: {@link #open} never grows beyond the limit, whatever the quotas say meanwhile.
 */
final class Budget {
  /** A need counts for this many ticks, so that a pause of a moment gives nothing away. */
  private static final int REMEMBERED_TICKS = 10;

  private final ReentrantLock deciding = new ReentrantLock();
  private final AtomicInteger open = new AtomicInteger();
  private volatile int limit;

  /** What was needed at the last ticks, by pool. */
  static final class Memory {
    private final int[] needs = new int[REMEMBERED_TICKS];
    private int next;

    void add(int need) {
      needs[next] = need;
      next = (next + 1) % needs.length;
    }

    int most() {
      int most = 0;
      for (int need : needs) {
        most = Math.max(most, need);
      }
      return most;
    }
  }

  void limit(int newLimit) {
    limit = newLimit;
  }

  int limit() {
    return limit;
  }

  int open() {
    return open.get();
  }

  boolean acquire() {
    int most = limit;
    int now = open.get();
    while (most == 0 || now < most) {
      if (open.compareAndSet(now, now + 1)) {
        return true;
      }
      now = open.get();
    }
    return false;
  }

  void release() {
    open.decrementAndGet();
  }

  /**
   * Decides anew, unless another thread is doing so.
   *
   * @param tick whether a tenth of a second has passed
   */
  void decide(Iterable<Pool> pools, boolean tick) {
    int most = limit;
    if (most == 0 || !deciding.tryLock()) {
      return;
    }
    try {
      List<Pool> sharing = new ArrayList<>();
      List<Shares.Want> wants = new ArrayList<>();
      for (Pool pool : pools) {
        sharing.add(pool);
        wants.add(want(pool, tick));
      }
      int[] quotas = Shares.decide(most, wants);
      for (int i = 0; i < quotas.length; i++) {
        sharing.get(i).quota(quotas[i]);
      }
    } finally {
      deciding.unlock();
    }
  }

  private static Shares.Want want(Pool pool, boolean tick) {
    int now = Math.max(pool.needed(), pool.limits().min());
    if (tick) {
      pool.memory().add(now);
    }
    int need = Math.max(now, pool.memory().most());
    return new Shares.Want(pool.limits().share(), pool.limits().max(), pool.open(), need);
  }
}
