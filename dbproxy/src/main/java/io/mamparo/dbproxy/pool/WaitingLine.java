package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.tell.Recorder;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait in one shard, first come first served, each for the pool's borrow time-out at
 * most; while the database is paused nobody's time passes. Owned by the shard's loop, except {@link
 * #length}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is scheduled looks for itself what is left
final class WaitingLine {
  private final Pool pool;
  private final EventLoop loop;
  private final Recorder recorder;
  private final Runnable changed;
  private final Function<Long, Denial> verdict;
  private final ArrayDeque<Waiter> line = new ArrayDeque<>();
  private final AtomicInteger length = new AtomicInteger();
  private final long[] waits = new long[ProxySnapshot.Waits.BUCKETS];
  private boolean timed;
  private long borrows;
  private long timeouts;
  private long refused;

  /**
   * An empty line.
   *
   * @param changed run when somebody left it in vain
   * @param verdict what is said to who has waited so many nanoseconds in vain
   */
  WaitingLine(
      Pool pool,
      EventLoop loop,
      Recorder recorder,
      Runnable changed,
      Function<Long, Denial> verdict) {
    this.pool = pool;
    this.loop = loop;
    this.recorder = recorder;
    this.changed = changed;
    this.verdict = verdict;
  }

  /** How many wait; for any thread. */
  int length() {
    return length.get();
  }

  boolean isEmpty() {
    return line.isEmpty();
  }

  /** Who is first; null when nobody waits. */
  @Nullable Waiter first() {
    return line.peekFirst();
  }

  void add(Waiter waiter) {
    line.addLast(waiter);
    length.setRelease(line.size());
    watch();
  }

  boolean remove(Waiter waiter) {
    boolean was = line.remove(waiter);
    length.setRelease(line.size());
    return was;
  }

  /** Takes the first, who is given a connection now. */
  @Nullable Waiter serve(long now) {
    Waiter waiter = line.pollFirst();
    length.setRelease(line.size());
    if (waiter != null) {
      borrows++;
      waited(now - waiter.waitingSince());
    }
    return waiter;
  }

  /** Somebody did not have to wait. */
  void passedBy() {
    borrows++;
    waits[0]++;
  }

  /** Somebody was not let in. */
  void refused(Waiter waiter, Denial denial, String reason) {
    refused++;
    recorder.listener().onRefused(pool.endpoint(), pool.login().user(), reason);
    loop.execute(() -> waiter.denied(denial));
  }

  void denyAll(Denial denial) {
    while (!line.isEmpty()) {
      refused++;
      Waiter waiter = line.removeFirst();
      length.setRelease(line.size());
      waiter.denied(denial);
    }
    changed.run();
  }

  /** Since when the time of the waiter counts. */
  private long since(Waiter waiter) {
    long resumed = pool.cluster().heldUntil();
    return waiter.waitingSince() - resumed < 0 ? resumed : waiter.waitingSince();
  }

  /** Sees to it that who waits too long is told. */
  void watch() {
    if (timed || line.isEmpty() || pool.cluster().paused()) {
      return;
    }
    timed = true;
    long patience = pool.limits().borrowTimeout().toNanos();
    long left = since(line.getFirst()) + patience - recorder.now();
    loop.schedule(this::expire, Math.max(left, 0) + 100_000, TimeUnit.NANOSECONDS);
  }

  private void expire() {
    timed = false;
    if (pool.cluster().paused()) {
      return;
    }
    long patience = pool.limits().borrowTimeout().toNanos();
    long now = recorder.now();
    while (!line.isEmpty() && now - since(line.getFirst()) >= patience) {
      Waiter waiter = line.removeFirst();
      length.setRelease(line.size());
      long waited = now - waiter.waitingSince();
      timeouts++;
      waited(waited);
      recorder.listener().onBorrowTimeout(pool.endpoint(), pool.login().user(), waited);
      waiter.denied(verdict.apply(waited));
    }
    changed.run();
    watch();
  }

  private void waited(long nanos) {
    int bucket = 64 - Long.numberOfLeadingZeros(Math.max(0, nanos) / 1000);
    waits[Math.min(bucket, waits.length - 1)]++;
  }

  // ---- for display

  long borrows() {
    return borrows;
  }

  long timeouts() {
    return timeouts;
  }

  long refused() {
    return refused;
  }

  void addWaits(long[] to) {
    for (int i = 0; i < waits.length; i++) {
      to[i] += waits[i];
    }
  }
}
