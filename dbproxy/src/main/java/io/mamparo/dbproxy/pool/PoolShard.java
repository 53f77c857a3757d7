package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.server.Keeper;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Recorder;
import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One loop's part of a pool. Owned by that loop, except {@link #needySince}, {@link #spare} and
 * {@link #review}.
 *
 * <p>A borrower gets a free connection of its own loop, else it stands in line and, while the pool
 * is below its limit, a connection is opened. At the limit the shard says that it is in need; a
 * shard with a free connection and no line of its own, or with a line that has waited much less,
 * moves one over. So the order is first come first served on a loop, and nearly so between loops.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
public final class PoolShard implements Keeper {
  private static final int REMIND_MS = 100;
  private static final long HEAD_START = TimeUnit.MILLISECONDS.toNanos(5);

  private final Pool pool;
  private final EventLoop loop;
  private final Recorder recorder;
  private final Opening opening;
  private final WaitingLine line;
  final Stock stock = new Stock();
  private final Exchange exchange;
  private final Future<?> sweeping;
  private final Future<?> reminding;
  private boolean retrying;

  /** A shard without connections. */
  public PoolShard(Pool pool, EventLoop loop, Recorder recorder, Connector connector) {
    this.pool = pool;
    this.loop = loop;
    this.recorder = recorder;
    opening = new Opening(this, recorder, loop, connector);
    exchange = new Exchange(this, stock, loop);
    line = new WaitingLine(pool, loop, recorder, exchange::settle, this::inVain);
    sweeping = loop.scheduleWithFixedDelay(this::sweep, 0, 1, TimeUnit.SECONDS);
    reminding =
        loop.scheduleWithFixedDelay(this::remind, REMIND_MS, REMIND_MS, TimeUnit.MILLISECONDS);
  }

  /** Opens server connections. */
  @FunctionalInterface
  public interface Connector {
    /** Opens one on the loop; the keeper hears of the outcome. */
    void connect(Keeper keeper, Upstream upstream, EventLoop loop);
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
    boolean held = pool.cluster().paused();
    ServerConnection server = line.isEmpty() && !held ? take(waiter.wanted()) : null;
    if (server != null) {
      line.passedBy();
      return server;
    }
    if (pool.closed()) {
      line.refused(waiter, Denials.closed(pool), "pool closed");
    } else if (!held && hopeless(waiter.waitingSince())) {
      line.refused(waiter, Denials.down(pool), "breaker open");
    } else if (pool.waiting() >= pool.limits().waiting()) {
      line.refused(waiter, Denials.tooManyWait(pool), "too many wait");
    } else {
      line.add(waiter);
      open();
    }
    return null;
  }

  private boolean hopeless(long now) {
    return pool.hopeless(pool.limits().borrowTimeout().toNanos(), now);
  }

  private Denial inVain(long waited) {
    Denial failing = opening.failing();
    if (failing != null) {
      return failing;
    }
    return pool.choices() == 0 ? Denials.down(pool) : Denials.exhausted(pool, waited);
  }

  /** Takes a waiter out of line, who has gone. */
  public void leave(Waiter waiter) {
    line.remove(waiter);
    exchange.settle();
  }

  private @Nullable ServerConnection take(Settings wanted) {
    return stock.take(wanted, recorder.now(), pool.limits().check().toNanos());
  }

  // ---- opening

  private void open() {
    long now = recorder.now();
    while (line.length() > opening.connecting() && !pool.closed() && !pool.cluster().paused()) {
      long pause = opening.pause(now);
      if (pause > 0) {
        retry(pause);
        return;
      }
      Waiter head = line.first();
      if (head != null && !pool.acquire()) {
        exchange.ask(head);
        // The other may have looked a moment before we said so, and we before it had one.
        retry(HEAD_START);
        return;
      }
      if (!opening.begin(now)) {
        pool.release();
        retry(Opening.LOOK_AGAIN);
        return;
      }
    }
  }

  /** Opens its part of the connections that are kept in any case. */
  private void warmUp() {
    int shards = Math.max(1, pool.shards().size());
    int part = Math.ceilDiv(pool.limits().min(), shards);
    long now = recorder.now();
    while (stock.size() + opening.connecting() < part
        && pool.open() < pool.limits().min()
        && !pool.closed()
        && !pool.cluster().paused()
        && opening.pause(now) <= 0
        && pool.acquire()) {
      if (!opening.begin(now)) {
        pool.release();
        return;
      }
    }
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
    server.tenure().opened(recorder.now());
    stock.add(server);
    free(server);
    open();
  }

  /** An attempt failed; {@code denial} is for all who wait when trying again mends nothing. */
  void notOpened(@Nullable Denial denial) {
    pool.release();
    if (denial != null) {
      line.denyAll(denial);
    }
    open();
  }

  @Override
  public void failed(ServerConnection server, String sqlState, String reason) {
    throw new IllegalStateException("an open connection cannot fail to open");
  }

  // ---- giving back

  @Override
  public void free(ServerConnection server) {
    long now = recorder.now();
    server.tenure().free(now);
    stock.alive(server);
    if (!server.isFree()) {
      return;
    }
    if (unwanted(server, now)) {
      server.close(true);
      return;
    }
    if (pool.shed()) {
      drop(server);
      return;
    }
    PoolShard other = pool.neediest(this);
    if (other != null && ahead(other)) {
      exchange.move(server, other);
      return;
    }
    Waiter next = line.serve(now);
    if (next == null) {
      stock.free(server);
      return;
    }
    exchange.settle();
    next.granted(server);
  }

  private boolean unwanted(ServerConnection server, long now) {
    long lifetime = pool.limits().lifetime().toNanos();
    long jitter = lifetime / 20 * (System.identityHashCode(server) & 0xff) / 256;
    return pool.closed()
        || server.tenure().condemned()
        || !pool.fits(server.upstream())
        || now - server.tenure().openedAt() > lifetime - jitter
        || pool.cluster().paused()
        || server.tenure().openedAt() - pool.cluster().renewedAt() < 0;
  }

  /** Closes one whose place the pool has taken back already. */
  private void drop(ServerConnection server) {
    stock.remove(server);
    server.close(true);
  }

  /** Whether the head of the other line has waited much longer than ours. */
  private boolean ahead(PoolShard other) {
    Waiter head = line.first();
    long since = other.needySince();
    return since != 0 && (head == null || head.waitingSince() - since > HEAD_START);
  }

  @Override
  public void lost(ServerConnection server, String reason, boolean expected) {
    if (!stock.remove(server)) {
      return;
    }
    pool.release();
    if (!expected) {
      Health health = pool.health(server.upstream());
      if (health != null) {
        health.lost(recorder.loop(), recorder.now());
      }
      recorder.listener().onServerLost(pool.endpoint(), pool.login().user(), reason);
    }
    PoolShard other = pool.neediest(this);
    if (other != null) {
      other.loop.execute(other::open);
    }
    open();
  }

  // ---- between loops

  /** The loop that owns it. */
  public EventLoop loop() {
    return loop;
  }

  WaitingLine line() {
    return line;
  }

  /** Since when the head of the line waits, while the pool is at its limit; 0 otherwise. */
  long needySince() {
    return exchange.needySince();
  }

  /** How many are free. */
  int spare() {
    return stock.spare();
  }

  void offer() {
    exchange.offer();
  }

  void adopt(ServerConnection server) {
    exchange.adopt(server);
  }

  // ---- keeping house

  /**
   * Looks soon whether what it has still fits; on any thread.
   *
   * @param moved whether connections lead elsewhere now; what is lent from a former primary is cut,
   *     as nothing that is done there can last
   */
  void review(boolean moved) {
    if (loop.isShuttingDown()) {
      return;
    }
    loop.execute(
        () -> {
          if (moved) {
            opening.reset();
            if (!pool.reads()) {
              cut();
            }
          }
          tidy();
        });
  }

  private void cut() {
    for (ServerConnection server : stock.all()) {
      if (!pool.fits(server.upstream())) {
        server.cut("the primary is another server now");
      }
    }
  }

  private void sweep() {
    long now = recorder.now();
    stock.closeSilent(now);
    tidy();
    warmUp();
    if (pool.closed() && stock.size() == 0 && opening.connecting() == 0) {
      sweeping.cancel(false);
      reminding.cancel(false);
    }
  }

  private void remind() {
    Times times = pool.limits().times();
    if (times.transaction().isPositive() || times.idleInTransaction().isPositive()) {
      long now = recorder.now();
      stock.all().forEach(server -> server.remind(now, times));
    }
  }

  /** Closes free ones that are not wanted any more, and goes on. */
  private void tidy() {
    long now = recorder.now();
    long idle = pool.limits().idle().toNanos();
    int[] most = {pool.open() - pool.limits().min()};
    stock.closeFree(
        server ->
            unwanted(server, now) || (now - server.tenure().freeSince() > idle && most[0]-- > 0));
    while (stock.spare() > 0 && pool.shed()) {
      ServerConnection oldest = stock.oldest();
      if (oldest != null) {
        drop(oldest);
      }
    }
    offer();
    open();
    line.watch();
  }

  /** Closes what is free, and what is lent as soon as it comes back. */
  public void close() {
    line.denyAll(Denials.closed(pool));
    stock.closeFree(server -> true);
  }

  /** Closes everything now. */
  public void abort() {
    stock.all().forEach(server -> server.close(true));
  }

  // ---- for display

  /** Lent, or being cleaned or checked. */
  public int active() {
    return stock.size() - stock.spare();
  }

  /** Open and not lent. */
  public int idle() {
    return stock.spare();
  }

  /** Being opened. */
  public int connecting() {
    return opening.connecting();
  }

  /** In line. */
  public int waiting() {
    return line.length();
  }

  /** Transactions that got one. */
  public long borrows() {
    return line.borrows();
  }

  /** Transactions that waited in vain. */
  public long timeouts() {
    return line.timeouts();
  }

  /** Transactions refused at once. */
  public long refused() {
    return line.refused();
  }

  /** Adds its waiting times to a histogram. */
  public void addWaits(long[] to) {
    line.addWaits(to);
  }
}
