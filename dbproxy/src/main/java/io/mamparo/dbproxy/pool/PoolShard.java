package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.server.Keeper;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.dbproxy.tell.Recorder;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One loop's part of a pool. Owned by that loop, except {@link #needySince}.
 *
 * <p>A borrower gets a free connection of its own loop, else it stands in line and, while the pool
 * is below its limit, a connection is opened. At the limit the shard says that it is in need; a
 * shard with a free connection and no line of its own, or with a line that has waited much less,
 * moves one over. So the order is first come first served on a loop, and nearly so between loops.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class PoolShard implements Keeper {
  private static final long CHECK_AFTER = TimeUnit.SECONDS.toNanos(30);
  private static final long HEAD_START = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int LOOK_AT = 8;

  /** What trying again does not mend. */
  private static final Set<String> HOPELESS =
      Set.of("08001", "28P01", "28000", "3D000", "42501", "42704");

  private final Pool pool;
  private final EventLoop loop;
  private final Recorder recorder;
  private final Connector connector;
  private final ArrayList<ServerConnection> all = new ArrayList<>();
  private final ArrayList<ServerConnection> free = new ArrayList<>();
  private final ArrayDeque<Waiter> line = new ArrayDeque<>();

  /** Permits and starts of the attempts under way; which is whose does not matter. */
  private final ArrayDeque<long[]> attempts = new ArrayDeque<>();

  private final long[] waits = new long[ProxySnapshot.Waits.BUCKETS];
  private final AtomicInteger spare = new AtomicInteger();
  private volatile long needySince;
  private int connecting;
  private int failures;
  private long notBefore;
  private boolean timed;
  private boolean retrying;
  private long borrows;
  private long timeouts;
  private long refused;

  /** A shard without connections. */
  public PoolShard(Pool pool, EventLoop loop, Recorder recorder, Connector connector) {
    this.pool = pool;
    this.loop = loop;
    this.recorder = recorder;
    this.connector = connector;
    loop.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  /** Opens server connections. */
  @FunctionalInterface
  public interface Connector {
    /** Opens one on the loop; the shard hears of the outcome as its keeper. */
    void connect(PoolShard shard, EventLoop loop);
  }

  /** The pool it is a part of. */
  public Pool pool() {
    return pool;
  }

  // ---- borrowing

  /**
   * Lends a connection at once, or puts the waiter in line.
   *
   * @return null when it has to wait; it is told later
   */
  public @Nullable ServerConnection borrow(Waiter waiter) {
    ServerConnection server = line.isEmpty() ? take(waiter.wanted()) : null;
    if (server != null) {
      borrows++;
      waits[0]++;
      return server;
    }
    long now = waiter.waitingSince();
    long patience = pool.limits().borrowTimeout().toNanos();
    if (pool.closed() || pool.health().hopeless(patience, now)) {
      refused++;
      String reason = pool.closed() ? "pool closed" : "breaker open";
      recorder.listener().onRefused(pool.login().database(), pool.login().user(), reason);
      Denial denial = pool.closed() ? Denials.closed(pool) : Denials.down(pool);
      loop.execute(() -> waiter.denied(denial));
      return null;
    }
    line.addLast(waiter);
    open();
    watch(patience);
    return null;
  }

  /** Takes a waiter out of line, who has gone. */
  public void leave(Waiter waiter) {
    line.remove(waiter);
    settle();
  }

  @SuppressWarnings("ReferenceEquality") // equal settings are made the same object
  private @Nullable ServerConnection take(Settings wanted) {
    while (!free.isEmpty()) {
      int chosen = free.size() - 1;
      for (int i = chosen; i >= 0 && i > chosen - LOOK_AT; i--) {
        if (free.get(i).settings() == wanted) {
          chosen = i;
          break;
        }
      }
      ServerConnection server = free.remove(chosen);
      spare.setRelease(free.size());
      if (recorder.now() - server.freeSince() < CHECK_AFTER) {
        return server;
      }
      server.check();
    }
    return null;
  }

  private void watch(long patience) {
    if (!timed && !line.isEmpty()) {
      timed = true;
      long left = line.getFirst().waitingSince() + patience - recorder.now();
      loop.schedule(this::expire, Math.max(left, 0) + 100_000, TimeUnit.NANOSECONDS);
    }
  }

  private void expire() {
    timed = false;
    long patience = pool.limits().borrowTimeout().toNanos();
    long now = recorder.now();
    while (!line.isEmpty() && now - line.getFirst().waitingSince() >= patience) {
      Waiter waiter = line.removeFirst();
      long waited = now - waiter.waitingSince();
      timeouts++;
      waited(waited);
      recorder.listener().onBorrowTimeout(pool.login().database(), pool.login().user(), waited);
      waiter.denied(failures > 0 ? Denials.down(pool) : Denials.exhausted(pool, waited));
    }
    settle();
    watch(patience);
  }

  private void waited(long nanos) {
    int bucket = 64 - Long.numberOfLeadingZeros(nanos / 1000);
    waits[Math.min(bucket, waits.length - 1)]++;
  }

  // ---- opening

  private void open() {
    long now = recorder.now();
    while (line.size() > connecting && !pool.closed()) {
      if (failures > 0 && (connecting > 0 || now - notBefore < 0)) {
        retry(notBefore - now);
        return;
      }
      if (!pool.acquire()) {
        ask();
        return;
      }
      if (!connect(now)) {
        pool.release();
        retry(FIRST_PAUSE * 5);
        return;
      }
    }
  }

  private boolean connect(long now) {
    long permit = pool.health().acquire(recorder.loop(), now);
    if (permit < 0) {
      return false;
    }
    connecting++;
    attempts.addLast(new long[] {permit, now});
    connector.connect(this, loop);
    return true;
  }

  private void retry(long nanos) {
    if (!retrying) {
      retrying = true;
      loop.schedule(
          () -> {
            retrying = false;
            open();
          },
          Math.max(nanos, 1_000_000),
          TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void opened(ServerConnection server) {
    long now = recorder.now();
    long[] attempt = attempts.removeFirst();
    pool.health().connected(recorder.loop(), attempt[0], now - attempt[1], now);
    connecting--;
    failures = 0;
    server.openedAt(now);
    all.add(server);
    free(server);
    open();
  }

  @Override
  public void failed(ServerConnection server, String sqlState, String reason) {
    long now = recorder.now();
    long[] attempt = attempts.removeFirst();
    connecting--;
    pool.release();
    if (HOPELESS.contains(sqlState)) {
      pool.health().answered(recorder.loop(), attempt[0], now);
    } else {
      pool.health().notConnected(recorder.loop(), attempt[0], now - attempt[1], now);
    }
    recorder.listener().onConnectFailed(pool.login().database(), pool.login().user(), reason);
    long pause = Math.min(FIRST_PAUSE << Math.min(failures++, 10), LONGEST_PAUSE);
    notBefore = now + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
    if (HOPELESS.contains(sqlState)) {
      denyAll(Denials.rejected(pool, sqlState, reason));
    }
    open();
  }

  private void denyAll(Denial denial) {
    while (!line.isEmpty()) {
      refused++;
      line.removeFirst().denied(denial);
    }
    settle();
  }

  // ---- giving back

  @Override
  public void free(ServerConnection server) {
    long now = recorder.now();
    server.freeSince(now);
    if (!server.isFree()) {
      return;
    }
    if (unwanted(server, now)) {
      server.close(true);
      return;
    }
    PoolShard other = pool.neediest(this);
    if (other != null && ahead(other)) {
      move(server, other);
      return;
    }
    Waiter next = line.pollFirst();
    if (next == null) {
      free.add(server);
      spare.setRelease(free.size());
      return;
    }
    settle();
    borrows++;
    waited(now - next.waitingSince());
    next.granted(server);
  }

  private boolean unwanted(ServerConnection server, long now) {
    long lifetime = pool.limits().lifetime().toNanos();
    long jitter = lifetime / 20 * (System.identityHashCode(server) & 0xff) / 256;
    return pool.closed()
        || server.condemned()
        || server.upstream() != pool.upstream()
        || now - server.openedAt() > lifetime - jitter
        || pool.tooMany();
  }

  /** Whether the head of the other line has waited much longer than ours. */
  private boolean ahead(PoolShard other) {
    Waiter head = line.peekFirst();
    long since = other.needySince;
    return since != 0 && (head == null || head.waitingSince() - since > HEAD_START);
  }

  @Override
  public void lost(ServerConnection server, String reason, boolean expected) {
    if (!all.remove(server)) {
      return;
    }
    free.remove(server);
    pool.release();
    if (!expected) {
      pool.health().lost(recorder.loop(), recorder.now());
      recorder.listener().onServerLost(pool.login().database(), pool.login().user(), reason);
    }
    PoolShard other = pool.neediest(this);
    if (other != null) {
      other.loop.execute(other::open);
    }
    open();
  }

  // ---- between loops

  /** Since when the head of the line waits, while the pool is at its limit; 0 otherwise. */
  long needySince() {
    return needySince;
  }

  /** Says that this shard is in need, and asks those who have one to spare. */
  private void ask() {
    if (line.isEmpty()) {
      return;
    }
    long since = line.getFirst().waitingSince();
    if (needySince == 0) {
      pool.need(true);
    }
    if (needySince != since) {
      needySince = since;
    }
    for (PoolShard other : pool.shards()) {
      if (other != this && other.spare.get() > 0) {
        other.loop.execute(other::offer);
      }
    }
    // The other may have looked a moment before we said so, and we a moment before it had one.
    retry(HEAD_START);
  }

  private void offer() {
    PoolShard other = pool.neediest(this);
    while (other != null && !free.isEmpty() && line.isEmpty()) {
      move(free.removeFirst(), other);
      other = null;
    }
  }

  /** The line has changed: keeps what the others see true. */
  private void settle() {
    if (needySince == 0) {
      return;
    }
    if (line.isEmpty()) {
      needySince = 0;
      pool.need(false);
    } else {
      needySince = line.getFirst().waitingSince();
    }
  }

  private void move(ServerConnection server, PoolShard to) {
    var channel = server.channel();
    if (channel == null) {
      return;
    }
    all.remove(server);
    channel.config().setAutoRead(false);
    // In a task of its own: a read that is under way is called off before.
    loop.execute(
        () -> channel.deregister().addListener(done -> to.loop.execute(() -> to.adopt(server))));
  }

  private void adopt(ServerConnection server) {
    var channel = server.channel();
    if (channel == null) {
      return;
    }
    server.keeper(this);
    all.add(server);
    loop.register(channel)
        .addListener(
            registered -> {
              if (!registered.isSuccess() || !channel.isActive()) {
                lost(server, "it was closed while it moved between loops", true);
                channel.close();
                return;
              }
              channel.config().setAutoRead(true);
              free(server);
            });
  }

  // ---- keeping house

  private void sweep() {
    long now = recorder.now();
    long idle = pool.limits().idle().toNanos();
    List<ServerConnection> gone = new ArrayList<>(0);
    for (ServerConnection server : free) {
      if (unwanted(server, now) || now - server.freeSince() > idle) {
        gone.add(server);
      }
    }
    for (ServerConnection server : gone) {
      free.remove(server);
      server.close(true);
    }
    spare.setRelease(free.size());
    offer();
    open();
  }

  /** Closes what is free, and what is lent as soon as it comes back. */
  public void close() {
    denyAll(Denials.closed(pool));
    for (ServerConnection server : List.copyOf(free)) {
      free.remove(server);
      server.close(true);
    }
  }

  /** Closes everything now. */
  public void abort() {
    close();
    List.copyOf(all).forEach(server -> server.close(true));
  }

  // ---- for display

  /** Lent, or being cleaned or checked. */
  public int active() {
    return all.size() - free.size();
  }

  /** Open and not lent. */
  public int idle() {
    return free.size();
  }

  /** Being opened. */
  public int connecting() {
    return connecting;
  }

  /** In line. */
  public int waiting() {
    return line.size();
  }

  /** Transactions that got one. */
  public long borrows() {
    return borrows;
  }

  /** Transactions that waited in vain. */
  public long timeouts() {
    return timeouts;
  }

  /** Transactions refused at once. */
  public long refused() {
    return refused;
  }

  /** Adds its waiting times to a histogram. */
  public void addWaits(long[] to) {
    for (int i = 0; i < waits.length; i++) {
      to[i] += waits[i];
    }
  }
}
