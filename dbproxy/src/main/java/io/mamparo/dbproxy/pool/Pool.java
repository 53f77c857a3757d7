package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Segment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server connections of one login over all loops: a bulkhead. Each loop has a {@link PoolShard}
 * with its own connections and its own waiting line; what is common is the number of connections
 * and the knowledge which shard is in need. Safe for use by several threads.
 *
 * <p>Invariant: {@link #open} counts every connection from before it is opened until after it is
 * closed, and never grows beyond the limit.
 */
public final class Pool {
  private final Segment.Login login;
  private final Health health;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger needy = new AtomicInteger();
  private volatile List<PoolShard> shards = List.of();
  private volatile DatabaseProxyConfig.Pool limits;
  private volatile Upstream upstream;
  private volatile boolean closed;

  /** A pool without connections. */
  public Pool(
      Segment.Login login, Health health, DatabaseProxyConfig.Pool limits, Upstream upstream) {
    this.login = login;
    this.health = health;
    this.limits = limits;
    this.upstream = upstream;
  }

  /** Sets the shards, one a loop in the order of the loops; once, before use. */
  public void shards(List<PoolShard> all) {
    shards = List.copyOf(all);
  }

  /** The shards, one a loop. */
  public List<PoolShard> shards() {
    return shards;
  }

  /** Whose it is. */
  public Segment.Login login() {
    return login;
  }

  /** Its database's health. */
  public Health health() {
    return health;
  }

  /** Its size and times. */
  public DatabaseProxyConfig.Pool limits() {
    return limits;
  }

  /** Where its connections lead. */
  public Upstream upstream() {
    return upstream;
  }

  /** Takes new limits and a new destination; connections that do not fit go when they are free. */
  public void configure(DatabaseProxyConfig.Pool newLimits, Upstream newUpstream) {
    limits = newLimits;
    if (!upstream.same(newUpstream)) {
      upstream = newUpstream;
    }
  }

  /** Lends nothing any more. */
  public void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }

  boolean acquire() {
    int now = open.get();
    while (now < limits.max()) {
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

  boolean tooMany() {
    return open.get() > limits.max();
  }

  void need(boolean more) {
    needy.addAndGet(more ? 1 : -1);
  }

  /** The shard other than {@code than} that has been in need longest; null when none is. */
  @org.jspecify.annotations.Nullable
  PoolShard neediest(PoolShard than) {
    if (needy.get() == 0) {
      return null;
    }
    PoolShard neediest = null;
    long oldest = 0;
    for (PoolShard shard : shards) {
      long since = shard.needySince();
      if (shard != than && since != 0 && (neediest == null || since - oldest < 0)) {
        neediest = shard;
        oldest = since;
      }
    }
    return neediest;
  }
}
