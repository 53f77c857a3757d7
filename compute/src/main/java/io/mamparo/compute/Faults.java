package io.mamparo.compute;

import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import io.mamparo.kernel.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Processes stopped on purpose, all of the time or a part of it, and continued for certain. Safe
 * for use by several threads.
 */
final class Faults implements AutoCloseable {
  /** Faults at a time. */
  private static final int MAX = 100;

  /** Short against a request, long against a scheduler's slice. */
  private static final long PERIOD = Duration.ofMillis(50).toNanos();

  /** How often a slowed target is asked for its processes. */
  private static final long REFRESH = Duration.ofMillis(500).toNanos();

  private final Set<Fault> active = ConcurrentHashMap.newKeySet();

  /** The processes of a target at this moment. */
  @FunctionalInterface
  interface Target {
    List<ProcFs.Stat> processes();
  }

  /** Stops all processes until closed. */
  Fault pause(Target target) {
    return add(new Paused(target));
  }

  /** Lets the processes run for a share of the time until closed. */
  Fault slow(Target target, double share) {
    if (!(share > 0 && share < 1)) {
      throw new Problem(
          "fault", "a share of " + share + " makes no sense", "Choose one above 0 and below 1");
    }
    return add(new Slowed(target, share));
  }

  private <F extends Fault> F add(F fault) {
    if (active.size() >= MAX) {
      fault.close();
      throw new Problem("fault", "there are " + MAX + " already", "Clear some of them first");
    }
    active.add(fault);
    return fault;
  }

  /** Undoes all of them. */
  @Override
  public void close() {
    active.forEach(Fault::close);
  }

  /** Continues whatever was stopped: also what a killed Mamparo left stopped. */
  static void resume(List<ProcFs.Stat> processes) {
    Processes.signal(processes, Signal.CONT);
  }

  private final class Paused implements Fault {
    private final Target target;
    private final List<ProcFs.Stat> stopped;
    private final AtomicBoolean closed = new AtomicBoolean();

    Paused(Target target) {
      this.target = target;
      // Twice: the first round may have missed what was being forked.
      Processes.signal(target.processes(), Signal.STOP);
      stopped = target.processes();
      Processes.signal(stopped, Signal.STOP);
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        active.remove(this);
        resume(still(stopped));
        resume(target.processes());
      }
    }
  }

  /** Those that are still the processes they were. */
  private static List<ProcFs.Stat> still(List<ProcFs.Stat> processes) {
    return processes.stream().filter(p -> ProcFs.alive(p.pid(), p.startTicks())).toList();
  }

  private final class Slowed implements Fault {
    private final Target target;
    private final long runs;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;

    Slowed(Target target, double share) {
      this.target = target;
      runs = (long) (PERIOD * share);
      thread = Thread.ofPlatform().daemon().name("mamparo-slow").start(this::run);
    }

    private void run() {
      List<ProcFs.Stat> processes = List.of();
      try {
        long refreshed = System.nanoTime() - REFRESH;
        boolean ended = false;
        while (!ended) {
          if (System.nanoTime() - refreshed >= REFRESH) {
            processes = target.processes();
            refreshed = System.nanoTime();
          }
          Processes.signal(processes, Signal.STOP);
          ended = end.await(PERIOD - runs, TimeUnit.NANOSECONDS);
          Processes.signal(processes, Signal.CONT);
          ended = ended || end.await(runs, TimeUnit.NANOSECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        resume(still(processes));
        resume(target.processes());
      }
    }

    @Override
    public void close() {
      active.remove(this);
      end.countDown();
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
