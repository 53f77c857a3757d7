package io.mamparo.load.run;

import io.mamparo.load.Failure;
import io.mamparo.load.Figures;
import io.mamparo.load.LoadReport;
import io.mamparo.load.LoadRun;
import io.mamparo.load.LoadSnapshot;
import io.mamparo.load.Percentiles;
import io.mamparo.load.Second;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A run: one thread starts requests when they are due, whether or not earlier ones have ended, and
 * one looks every 10 ms for requests whose time is up. Both are platform threads of their own, so
 * that lanes that keep all carriers busy cannot delay the next start.
 */
public final class Engine implements LoadRun {
  private static final long LOOK_NANOS = 10_000_000;
  private static final int LEAST_WAITING = 1_000;
  private static final int MOST_WAITING = 100_000;

  private final Plan plan;
  private final long start;
  private final long startedEpochMs;
  private final Tally tally;
  private final Lanes lanes;
  private final CountDownLatch sentAll = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread dispatcher;
  private volatile boolean stopped;
  private volatile long sendingEnded;

  private Engine(Plan plan) {
    this.plan = plan;
    this.start = System.nanoTime();
    this.startedEpochMs = System.currentTimeMillis();
    this.tally = new Tally(plan.kinds(), start, plan.timeout().toNanos());
    double waiting = plan.pace().perSecond() * plan.timeout().toMillis() / 1000;
    int maxWaiting = (int) Math.clamp(waiting, LEAST_WAITING, MOST_WAITING);
    this.lanes = new Lanes(plan.maxLanes(), maxWaiting, plan.lane(), tally);
    this.dispatcher = Thread.ofPlatform().daemon().name("load-dispatch").unstarted(this::dispatch);
  }

  /** Begins to send at once. */
  public static Engine start(Plan plan) {
    Engine engine = new Engine(plan);
    engine.dispatcher.start();
    Thread.ofPlatform().daemon().name("load-expire").start(engine::expire);
    return engine;
  }

  private void dispatch() {
    Arrivals arrivals = new Arrivals(plan.pace(), plan.weights());
    long timeout = plan.timeout().toNanos();
    try {
      for (long at = arrivals.next(); at >= 0 && waitUntil(start + at); at = arrivals.next()) {
        long intended = start + at;
        Job job =
            new Job(arrivals.kind(), arrivals.seq(), arrivals.draw(), intended, intended + timeout);
        tally.sent(job);
        lanes.submit(job);
      }
    } finally {
      sendingEnded = System.nanoTime();
      sentAll.countDown();
    }
  }

  /** False when the run was stopped. */
  private boolean waitUntil(long due) {
    long left = due - System.nanoTime();
    while (left > 0 && !stopped) {
      LockSupport.parkNanos(left);
      left = due - System.nanoTime();
    }
    return !stopped;
  }

  private void expire() {
    try {
      while (!sentAll.await(LOOK_NANOS, TimeUnit.NANOSECONDS) || lanes.inFlight() > 0) {
        lanes.expire(System.nanoTime());
        LockSupport.parkNanos(LOOK_NANOS);
      }
      lanes.awaitIdle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lanes.close();
      ended.countDown();
    }
  }

  @Override
  public String name() {
    return plan.name();
  }

  @Override
  public long startNanos() {
    return start;
  }

  @Override
  public void stop() {
    stopped = true;
    LockSupport.unpark(dispatcher);
  }

  @Override
  public LoadSnapshot snapshot() {
    long[] totals = tally.totals();
    Percentiles percentiles = tally.percentiles();
    List<Second> last = tally.seconds(2);
    return new LoadSnapshot(
        plan.name(),
        (System.nanoTime() - start) / 1e9,
        sentAll.getCount() > 0,
        totals[0],
        totals[1],
        totals[2],
        lanes.inFlight(),
        percentiles.p50(),
        percentiles.p99(),
        last.size() < 2 ? null : last.getFirst());
  }

  @Override
  public List<Second> timeline(int last) {
    return tally.seconds(last);
  }

  @Override
  public Figures between(long fromNanos, long toNanos) {
    return tally.between(fromNanos, toNanos);
  }

  @Override
  public long firstSuccessFrom(long nanos) {
    return tally.firstSuccessFrom(nanos);
  }

  @Override
  public List<Failure> failures() {
    return tally.failures();
  }

  @Override
  public long connectionsDropped() {
    return plan.connections().dropped();
  }

  @Override
  public LoadReport report() {
    long until = sentAll.getCount() == 0 ? sendingEnded : System.nanoTime();
    return tally.report(
        plan.name(),
        plan.protocol(),
        startedEpochMs,
        (until - start) / 1e9,
        plan.pace().perSecond(),
        plan.connections());
  }

  @Override
  public LoadReport await() throws InterruptedException {
    ended.await();
    return report();
  }
}
