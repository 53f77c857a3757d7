package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The server connections of one login over all loops: a bulkhead. Each loop has a {@link PoolShard}
 * with its own connections and its own waiting line; what is common is the number of connections
 * and the knowledge which shard is in need. Safe for use by several threads.
 *
 * <p>Invariant: {@link #open} counts every connection from before it is opened until it is closed
 * or given up, and grows neither beyond the pool's limit nor beyond its part of the database's.
 */
public final class Pool {
  private final Segment.Login login;
  private final Cluster cluster;
  private final boolean reads;
  private final Budget.Memory memory = new Budget.Memory();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger needy = new AtomicInteger();
  private final AtomicInteger turn = new AtomicInteger();
  private volatile List<PoolShard> shards = List.of();
  private volatile DatabaseProxyConfig.Pool limits;
  private volatile Upstream role;
  private volatile Destination[] destinations = {};
  private volatile int quota = Integer.MAX_VALUE;
  private volatile boolean closed;

  /** A server and how this pool logs in there. */
  record Destination(Member member, Upstream upstream) {}

  /**
   * A pool without connections.
   *
   * @param reads whether it leads to replicas rather than to the primary
   * @param role as whom it logs in
   */
  public Pool(
      Segment.Login login,
      Cluster cluster,
      boolean reads,
      DatabaseProxyConfig.Pool limits,
      Upstream role) {
    this.login = login;
    this.cluster = cluster;
    this.reads = reads;
    this.limits = limits;
    this.role = role;
  }

  /** Sets the shards, one a loop in the order of the loops; once, before use. */
  public void shards(List<PoolShard> all) {
    shards = List.copyOf(all);
    redirect(false);
    cluster.add(this);
    cluster.share(false);
  }

  /** The shards, one a loop. */
  public List<PoolShard> shards() {
    return shards;
  }

  /** Whose it is. */
  public Segment.Login login() {
    return login;
  }

  /** Where it leads. */
  public Cluster cluster() {
    return cluster;
  }

  /** Whether it leads to replicas. */
  public boolean reads() {
    return reads;
  }

  /** What clients call the place it leads to. */
  public String endpoint() {
    return reads ? login.database() + DatabaseProxyConfig.Database.READ_ONLY : login.database();
  }

  /** Its size and times. */
  public DatabaseProxyConfig.Pool limits() {
    return limits;
  }

  /** Whether it logs in as this role. */
  public boolean leadsAs(Upstream other) {
    return role.same(other);
  }

  /** Takes new limits and a new role; connections that do not fit go when they are free. */
  public void configure(DatabaseProxyConfig.Pool newLimits, Upstream newRole) {
    limits = newLimits;
    if (!role.same(newRole)) {
      role = newRole;
      destinations = new Destination[0];
    }
    redirect(false);
    cluster.share(false);
  }

  /** Lends nothing any more. */
  public void close() {
    closed = true;
    cluster.remove(this);
  }

  boolean closed() {
    return closed;
  }

  // ---- where to

  /** Looks where its connections have to lead; {@code moved} when the primary is another one. */
  synchronized void redirect(boolean moved) {
    List<Member> to = new ArrayList<>(reads ? cluster.readable() : List.of());
    Member primary = cluster.primary();
    if (to.isEmpty() && primary != null) {
      to.add(primary);
    }
    Destination[] before = destinations;
    Destination[] now = new Destination[to.size()];
    for (int i = 0; i < now.length; i++) {
      now[i] = destination(to.get(i), before);
    }
    destinations = now;
    shards.forEach(shard -> shard.review(moved));
  }

  private Destination destination(Member member, Destination[] known) {
    for (Destination one : known) {
      if (one.member() == member) {
        return one;
      }
    }
    return new Destination(member, role.at(member.server().host(), member.server().port()));
  }

  /** Where the next connection should lead; null while nobody knows. */
  @Nullable Destination next() {
    Destination[] all = destinations;
    return all.length == 0 ? null : all[Math.floorMod(turn.getAndIncrement(), all.length)];
  }

  /** How many places it leads to. */
  int choices() {
    return destinations.length;
  }

  /** Whether a connection still leads to where it should. */
  boolean fits(Upstream upstream) {
    for (Destination one : destinations) {
      if (one.upstream() == upstream) {
        return true;
      }
    }
    return false;
  }

  /** The health of where a connection leads to; null when that is no longer one of its places. */
  @Nullable Health health(Upstream upstream) {
    for (Destination one : destinations) {
      if (one.upstream() == upstream) {
        return one.member().health();
      }
    }
    return null;
  }

  /** Whether no place can be reached for longer than {@code nanos}, and that is not to change. */
  boolean hopeless(long nanos, long now) {
    Destination[] all = destinations;
    for (Destination one : all) {
      if (!one.member().health().hopeless(nanos, now)) {
        return false;
      }
    }
    return all.length > 0;
  }

  /** In words. */
  String place() {
    StringBuilder words = new StringBuilder();
    for (Destination one : destinations) {
      words.append(words.isEmpty() ? "" : ", ").append(one.upstream());
    }
    return words.isEmpty() ? "an unknown address" : words.toString();
  }

  /** closed, open or half-open, of the first place. */
  public String breaker() {
    Destination[] all = destinations;
    return all.length == 0 ? "open" : all[0].member().health().state();
  }

  // ---- how many

  /** Connections, open or being opened. */
  public int open() {
    return open.get();
  }

  /** What it could use now. */
  int needed() {
    int needed = open.get();
    for (PoolShard shard : shards) {
      needed += shard.line().length() - shard.spare();
    }
    return Math.max(0, needed);
  }

  Budget.Memory memory() {
    return memory;
  }

  /** How many it may have now: its limit, and its part of what the database's pools share. */
  public int most() {
    int shared = cluster.limit() == 0 || reads ? Integer.MAX_VALUE : quota;
    return Math.min(limits.max(), shared);
  }

  /** Its part was decided anew. */
  void quota(int now) {
    int before = quota;
    quota = now;
    if (open.get() > now || (now > before && needy.get() > 0)) {
      review();
    }
  }

  /** Has all shards look whether they have to close or may open some. */
  void review() {
    shards.forEach(shard -> shard.review(false));
  }

  boolean acquire() {
    int now = open.get();
    while (now < most()) {
      if (open.compareAndSet(now, now + 1)) {
        if (reads || cluster.budget().acquire()) {
          return true;
        }
        open.decrementAndGet();
        return false;
      }
      now = open.get();
    }
    return false;
  }

  void release() {
    open.decrementAndGet();
    if (!reads) {
      cluster.budget().release();
    }
  }

  /** Takes back the place of one connection when there are too many; it has to be closed then. */
  boolean shed() {
    int now = open.get();
    while (now > most()) {
      if (open.compareAndSet(now, now - 1)) {
        if (!reads) {
          cluster.budget().release();
        }
        return true;
      }
      now = open.get();
    }
    return false;
  }

  void need(boolean more) {
    needy.addAndGet(more ? 1 : -1);
  }

  /** How many wait in all lines. */
  int waiting() {
    int waiting = 0;
    for (PoolShard shard : shards) {
      waiting += shard.line().length();
    }
    return waiting;
  }

  /** The shard other than {@code than} that has been in need longest; null when none is. */
  @Nullable PoolShard neediest(@Nullable PoolShard than) {
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
