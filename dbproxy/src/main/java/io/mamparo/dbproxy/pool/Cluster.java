package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.DatabaseProxyConfig.Replicas;
import io.mamparo.kernel.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one database, which of them is the primary, and what holds for all pools that lead
 * there. Safe for use by several threads.
 */
public final class Cluster {
  private final String name;
  private final Clock clock;
  private final Budget budget = new Budget();
  private final Set<Pool> pools = new CopyOnWriteArraySet<>();
  private volatile List<Member> members = List.of();
  private volatile @Nullable Member primary;
  private volatile List<Member> readable = List.of();
  private volatile Replicas replicas = Replicas.DEFAULT;
  private volatile long freshUntil;
  private volatile boolean anyReadable;
  private volatile boolean paused;
  private volatile boolean disabled;
  private volatile long heldUntil;
  private volatile long renewedAt;

  /** Of the database with this name; without servers yet. */
  public Cluster(String name, Clock clock) {
    this.name = name;
    this.clock = clock;
    heldUntil = clock.nanos();
    renewedAt = heldUntil;
  }

  /** The database's name. */
  public String name() {
    return name;
  }

  /** All servers. */
  public List<Member> members() {
    return members;
  }

  /** Takes new servers and limits; a single server is the primary, of several none is yet. */
  public void configure(List<Member> all, int connections, Replicas use) {
    replicas = use;
    budget.limit(connections);
    if (!all.equals(members)) {
      members = List.copyOf(all);
      Member before = primary;
      Member now = before != null && all.contains(before) ? before : null;
      roles(all.size() == 1 ? all.getFirst() : now, List.of());
    }
  }

  /**
   * Leads writes to this server and reads to those.
   *
   * @param newPrimary null while there is none: who wants one waits
   * @param newReadable replicas that are not too far behind
   */
  public void roles(@Nullable Member newPrimary, List<Member> newReadable) {
    boolean moved = newPrimary != primary;
    if (!moved && newReadable.equals(readable)) {
      return;
    }
    primary = newPrimary;
    readable = List.copyOf(newReadable);
    anyReadable = !newReadable.isEmpty();
    pools.forEach(pool -> pool.redirect(moved));
  }

  /** Where writes go; null while nobody knows. */
  public @Nullable Member primary() {
    return primary;
  }

  /** The replicas that reads go to. */
  public List<Member> readable() {
    return readable;
  }

  /** How replicas are to be used. */
  public Replicas replicas() {
    return replicas;
  }

  /** All readable replicas have what was committed before this moment, and not surely more. */
  public void freshUntil(long nanos) {
    freshUntil = nanos;
  }

  /** Whether all readable replicas have what was committed before {@code nanos}. */
  public boolean fresh(long nanos) {
    return anyReadable && nanos - freshUntil <= 0;
  }

  // ---- orders of the administrator

  /** Lends nothing until {@link #resume}; who wants a connection waits as long as that takes. */
  public void pause() {
    paused = true;
    pools.forEach(Pool::review);
  }

  /** Goes on. */
  public void resume() {
    heldUntil = clock.nanos();
    paused = false;
    pools.forEach(Pool::review);
  }

  /** Whether nothing is lent. */
  public boolean paused() {
    return paused;
  }

  /**
   * Waits until none of its connections is open any more, or it is resumed. Blocks; not for loops.
   *
   * @param nanos at most
   * @return how many are left
   */
  public int drain(long nanos) {
    long end = System.nanoTime() + nanos;
    while (open() > 0
        && paused
        && System.nanoTime() - end < 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(2_000_000);
    }
    return open();
  }

  /** When it was resumed last: nobody's patience is measured from before. */
  long heldUntil() {
    return heldUntil;
  }

  /** Replaces all connections: free ones at once, lent ones when they are given back. */
  public void reconnect() {
    renewedAt = clock.nanos();
    pools.forEach(Pool::review);
  }

  /** Since when connections are new enough. */
  public long renewedAt() {
    return renewedAt;
  }

  /** Lets new clients in, or refuses them. */
  public void disabled(boolean to) {
    disabled = to;
  }

  /** Whether new clients are refused. */
  public boolean disabled() {
    return disabled;
  }

  /** Connections of all its pools, open or being opened. */
  public int open() {
    return pools.stream().mapToInt(Pool::open).sum();
  }

  /** The limit of connections that its pools share; 0 when there is none. */
  public int limit() {
    return budget.limit();
  }

  // ---- for pools

  Budget budget() {
    return budget;
  }

  void add(Pool pool) {
    pools.add(pool);
  }

  void remove(Pool pool) {
    pools.remove(pool);
  }

  /** Somebody is in need, or does not need what it had: shares out anew. */
  void share(boolean tick) {
    if (budget.limit() > 0) {
      budget.decide(pools.stream().filter(pool -> !pool.reads()).toList(), tick);
    }
  }

  /** To be called ten times a second. */
  public void tick() {
    share(true);
  }
}
