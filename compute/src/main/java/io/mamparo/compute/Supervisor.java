package io.mamparo.compute;

import io.mamparo.compute.ReplicaMachine.Action;
import io.mamparo.compute.Workload.Running;
import io.mamparo.compute.proc.Launch;
import io.mamparo.kernel.Clock;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one process running, on one virtual thread of its own. What to do is decided by a {@link
 * ReplicaMachine}; what happens arrives as events in a queue, which is bounded because at most one
 * check, one drain, one process and a few calls from outside can report.
 */
final class Supervisor {
  private static final Logger LOG = System.getLogger(Supervisor.class.getName());
  private static final int MAX_EVENTS = 1_000;
  private static final long IDLE = Duration.ofHours(1).toNanos();

  private sealed interface Event {
    record Ended(long generation, @Nullable Integer exit) implements Event {}

    record Checked(long generation, @Nullable String failure) implements Event {}

    record Drained() implements Event {}

    record Stop() implements Event {}

    record Use(HealthCheck health) implements Event {}

    record CheckNow() implements Event {}

    record Restart(String why) implements Event {}

    record LetGo() implements Event {}
  }

  /**
   * What is seen of it from outside.
   *
   * @param failing see {@link ReplicaMachine#failing}
   */
  record View(
      ReplicaState state,
      @Nullable String reason,
      int restarts,
      boolean failing,
      long sinceEpochMillis,
      @Nullable Running running) {
    private boolean news(View before) {
      return state != before.state
          || restarts != before.restarts
          || !Objects.equals(running, before.running)
          || !Objects.equals(reason, before.reason);
    }
  }

  private final Workload workload;
  private final ReplicaMachine machine;
  private final Clock clock;
  private final Consumer<View> listener;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(MAX_EVENTS);
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Thread thread;

  private @Nullable Running running;
  private long generation;
  private HealthCheck health;
  private boolean letGo;
  private boolean told;
  private volatile View view;

  /**
   * Starts to supervise at once.
   *
   * @param found a process that runs already, or null to start one
   * @param listener told about every change, on the supervisor's thread
   */
  Supervisor(
      String name,
      Workload workload,
      ReplicaMachine machine,
      HealthCheck health,
      @Nullable Running found,
      Clock clock,
      Consumer<View> listener) {
    this.workload = workload;
    this.machine = machine;
    this.health = health;
    this.clock = clock;
    this.listener = listener;
    running = found;
    view = look();
    thread = Thread.ofVirtual().name("supervisor-" + name).unstarted(this::run);
  }

  Supervisor start() {
    thread.start();
    return this;
  }

  View view() {
    return view;
  }

  /** Stops the process for good; returns at once. */
  void stop() {
    if (stopping.compareAndSet(false, true)) {
      post(new Event.Stop());
    }
  }

  boolean asked() {
    return stopping.get();
  }

  /** From now on the process is checked in this way. */
  void use(HealthCheck health) {
    post(new Event.Use(health));
  }

  /** Checks the process without waiting for its next turn. */
  void checkNow() {
    post(new Event.CheckNow());
  }

  /** Ends the process and starts it again. */
  void restart(String why) {
    post(new Event.Restart(why));
  }

  /**
   * Stops supervising and leaves the process alone; returns when the last listener call is over.
   */
  void letGo() throws InterruptedException {
    post(new Event.LetGo());
    done.await();
  }

  /** Waits until nothing is left of it; false when that takes longer. */
  boolean awaitDone(Duration atMost) throws InterruptedException {
    return done.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void post(Event event) {
    if (!events.offer(event)) {
      LOG.log(Level.WARNING, "{0}: too many events, one is left out", thread.getName());
    }
  }

  private void run() {
    try {
      if (running != null) {
        watch(running);
      }
      while (machine.state() != ReplicaState.STOPPED && !letGo) {
        step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      done.countDown();
    }
  }

  private void step() throws InterruptedException {
    long due = machine.due();
    long wait = due == Long.MAX_VALUE ? IDLE : due - clock.nanos();
    Event event = wait > 0 ? events.poll(wait, TimeUnit.NANOSECONDS) : events.poll();
    try {
      apply(event == null ? machine.tick(clock.nanos()) : on(event));
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.ERROR, thread.getName() + ": unexpected failure", e);
    }
    publish();
  }

  private List<Action> on(Event event) {
    long now = clock.nanos();
    return switch (event) {
      case Event.Ended e -> e.generation() == generation ? ended(e.exit(), now) : List.of();
      case Event.Checked e ->
          e.generation() == generation ? machine.checked(e.failure(), now) : List.of();
      case Event.Drained _ -> machine.drained(now);
      case Event.Stop _ -> machine.stop(now);
      case Event.Use e -> {
        health = e.health();
        machine.use(health);
        yield List.of();
      }
      case Event.CheckNow _ -> machine.checkNow(now);
      case Event.Restart e -> machine.restart(e.why(), now);
      case Event.LetGo _ -> {
        letGo = true;
        yield List.of();
      }
    };
  }

  private List<Action> ended(@Nullable Integer exit, long now) {
    return machine.ended(workload.obituary(exit), now);
  }

  private void apply(List<Action> actions) {
    for (Action action : actions) {
      switch (action) {
        case LAUNCH -> launch();
        case CHECK -> aside(this::check);
        case DRAIN -> drain();
        case TERM -> {
          publish();
          workload.terminate(current());
        }
        case KILL -> workload.kill(current());
        case SWEEP -> sweep();
      }
    }
  }

  private void launch() {
    try {
      watch(workload.launch());
    } catch (Launch.Impossible e) {
      apply(machine.launchFailed(String.valueOf(e.getMessage()), clock.nanos()));
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.ERROR, thread.getName() + ": cannot be started", e);
      apply(machine.launchFailed("cannot be started: " + e, clock.nanos()));
    }
  }

  private void watch(Running process) {
    running = process;
    long current = ++generation;
    machine.launched(clock.nanos());
    var unused = process.exit().whenComplete((exit, error) -> post(new Event.Ended(current, exit)));
  }

  private void check() {
    Running process = running;
    long current = generation;
    if (process != null) {
      post(new Event.Checked(current, workload.check(process, health.timeout())));
    }
  }

  private void drain() {
    publish();
    aside(
        () -> {
          try {
            workload.drain();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            post(new Event.Drained());
          }
        });
  }

  private void sweep() {
    Running process = current();
    running = null;
    generation++;
    workload.sweep(process);
  }

  private Running current() {
    if (running == null) {
      throw new IllegalStateException("no process in " + machine.state());
    }
    return running;
  }

  private void aside(Runnable task) {
    Thread.ofVirtual().name(thread.getName() + "-aside").start(task);
  }

  private View look() {
    long age = clock.nanos() - machine.since();
    return new View(
        machine.state(),
        machine.reason(),
        machine.restarts(),
        machine.failing(),
        (clock.epochNanos() - age) / 1_000_000,
        running);
  }

  /** Tells the listener if there is news. */
  private void publish() {
    View last = view;
    View next = look();
    view = next;
    if (told && !next.news(last)) {
      return;
    }
    told = true;
    try {
      listener.accept(next);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, thread.getName() + ": a listener failed", e);
    }
  }
}
