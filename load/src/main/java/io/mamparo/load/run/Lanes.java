package io.mamparo.load.run;

import io.mamparo.load.ErrorKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of lanes, each with a virtual thread of its own, made when they are first
 * needed. The lane that became idle last is used first, so that as few connections are in use as
 * the load needs. Jobs beyond what the lanes can take wait in a bounded queue until their deadline.
 * Safe for use by several threads.
 */
final class Lanes {
  private static final System.Logger LOG = System.getLogger(Lanes.class.getName());

  private final int maxLanes;
  private final int maxWaiting;
  private final Supplier<Lane> maker;
  private final Tally tally;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition allIdle = lock.newCondition();
  private final ArrayDeque<Job> waiting = new ArrayDeque<>();
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();
  private final List<Worker> all = new ArrayList<>();
  private boolean closed;

  /**
   * No lanes yet.
   *
   * @param maxWaiting jobs that may wait for a lane; beyond that they fail at once
   */
  Lanes(int maxLanes, int maxWaiting, Supplier<Lane> maker, Tally tally) {
    this.maxLanes = maxLanes;
    this.maxWaiting = maxWaiting;
    this.maker = maker;
    this.tally = tally;
  }

  /** Hands a job to a lane, or to the queue. */
  void submit(Job job) {
    lock.lock();
    try {
      Worker free = idle.pollLast();
      if (free != null) {
        free.take(job);
        return;
      }
      if (all.size() < maxLanes) {
        Worker worker = new Worker(maker.get(), job);
        all.add(worker);
        Thread.ofVirtual().name("load-lane-" + all.size()).start(worker);
        return;
      }
      if (waiting.size() < maxWaiting) {
        waiting.add(job);
        return;
      }
    } finally {
      lock.unlock();
    }
    tally.ended(job, Outcome.failed(ErrorKind.NO_SLOT), System.nanoTime());
  }

  /** Fails whatever is past its deadline; called many times a second. */
  void expire(long now) {
    List<Job> late = new ArrayList<>();
    lock.lock();
    try {
      while (!waiting.isEmpty() && now - waiting.peek().deadline() >= 0) {
        late.add(waiting.remove());
      }
      all.forEach(worker -> worker.expire(now));
    } finally {
      lock.unlock();
    }
    late.forEach(job -> tally.ended(job, Outcome.failed(ErrorKind.NO_SLOT), now));
  }

  /** Requests that are being sent or wait for a lane. */
  int inFlight() {
    lock.lock();
    try {
      return all.size() - idle.size() + waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing is under way; deadlines bound it. */
  void awaitIdle() throws InterruptedException {
    lock.lock();
    try {
      while (idle.size() < all.size() || !waiting.isEmpty()) {
        allIdle.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends all lanes once they are idle. */
  void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(Worker::wake);
    } finally {
      lock.unlock();
    }
  }

  /** A lane's thread: takes jobs until the lanes are closed. */
  private final class Worker implements Runnable {
    private final Lane lane;
    private final Condition woken = lock.newCondition();
    private @Nullable Job job;
    private boolean aborted;

    Worker(Lane lane, Job first) {
      this.lane = lane;
      this.job = first;
    }

    /** Under the lock. */
    void take(Job next) {
      job = next;
      woken.signal();
    }

    /** Under the lock. */
    void wake() {
      woken.signal();
    }

    /** Under the lock, so that the lane is still busy with the job whose time is up. */
    void expire(long now) {
      Job current = job;
      if (current != null && !aborted && now - current.deadline() >= 0) {
        aborted = true;
        lane.abort();
      }
    }

    @Override
    public void run() {
      try {
        for (Job current = job; current != null; current = next()) {
          Outcome outcome = call(current);
          long now = System.nanoTime();
          boolean timeUp = finished() && outcome.error() != ErrorKind.NO_SLOT;
          tally.ended(current, timeUp ? Outcome.failed(ErrorKind.TIMEOUT) : outcome, now);
        }
      } finally {
        lane.close();
      }
    }

    /** A lane that breaks must not take its thread with it: nobody would count its jobs. */
    private Outcome call(Job current) {
      if (System.nanoTime() - current.deadline() >= 0) {
        return Outcome.failed(ErrorKind.NO_SLOT);
      }
      try {
        return lane.call(current);
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "a request could not be sent", e);
        return Outcome.failed(ErrorKind.PROTOCOL);
      }
    }

    /** Whether the call was aborted. */
    private boolean finished() {
      lock.lock();
      try {
        boolean was = aborted;
        aborted = false;
        job = null;
        return was;
      } finally {
        lock.unlock();
      }
    }

    private @Nullable Job next() {
      lock.lock();
      try {
        job = waiting.poll();
        if (job == null) {
          idle.addLast(this);
          allIdle.signalAll();
        }
        while (job == null && !closed) {
          woken.awaitUninterruptibly();
        }
        return job;
      } finally {
        lock.unlock();
      }
    }
  }
}
