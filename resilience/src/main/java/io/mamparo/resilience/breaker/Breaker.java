package io.mamparo.resilience.breaker;

import io.mamparo.resilience.window.StripedCounter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A circuit breaker that all event loops of a data plane share: any thread may call it, as long as
 * each stripe (a loop's index) is used by one thread only. It has no thread, no timer and no lock,
 * allocates only when its state changes, and is told the time.
 *
 * <p>Use: {@code long permit = breaker.acquire(stripe, now)}; a negative permit is a refusal;
 * otherwise exactly one of {@link #onSuccess}, {@link #onFailure}, {@link #onIgnored} follows with
 * that permit when the call has ended. The state machine is drawn in {@link Phase}.
 */
public final class Breaker {
  /** Refused: the breaker is open. */
  public static final long REFUSED_OPEN = -1;

  /** Refused: the breaker is half-open and all its probes are out. */
  public static final long REFUSED_PROBING = -2;

  private static final VarHandle PHASE;

  static {
    try {
      PHASE = MethodHandles.lookup().findVarHandle(Breaker.class, "phase", Phase.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String name;
  private final int stripes;
  private final BreakerListener listener;
  private final StripedCounter rejected;
  private final StripedCounter late;
  private volatile BreakerConfig config;
  private volatile long slowNanos;
  private volatile long openNanos;
  private volatile long probeTimeoutNanos;
  private volatile Phase phase;

  /**
   * A closed breaker.
   *
   * @param name what it guards, for display
   * @param stripes how many threads call it, each with its own stripe from 0
   * @param listener told of every change of state
   * @param now the monotonic time in nanoseconds
   */
  public Breaker(
      String name, BreakerConfig config, int stripes, BreakerListener listener, long now) {
    this.name = name;
    this.stripes = stripes;
    this.listener = listener;
    this.rejected = new StripedCounter(stripes);
    this.late = new StripedCounter(stripes);
    this.config = config;
    this.slowNanos = config.slowCall().toNanos();
    this.openNanos = config.openFor().toNanos();
    this.probeTimeoutNanos = config.probeTimeout().toNanos();
    this.phase = closed(0, now);
  }

  /** What it guards. */
  public String name() {
    return name;
  }

  /** The present state; an open breaker whose delay has passed says so until somebody calls. */
  public BreakerState state() {
    return phase.kind();
  }

  /**
   * Asks to make a call.
   *
   * @param now the monotonic time in nanoseconds
   * @return a permit, not negative; or {@link #REFUSED_OPEN} or {@link #REFUSED_PROBING}
   */
  public long acquire(int stripe, long now) {
    long permit = phase.acquire(this, stripe, now);
    if (permit < 0) {
      rejected.add(stripe, 1);
    }
    return permit;
  }

  /** The call with this permit succeeded after {@code durationNanos}. */
  public void onSuccess(int stripe, long permit, long durationNanos, long now) {
    record(stripe, permit, false, durationNanos, now);
  }

  /** The call with this permit failed after {@code durationNanos}. */
  public void onFailure(int stripe, long permit, long durationNanos, long now) {
    record(stripe, permit, true, durationNanos, now);
  }

  /**
   * The call with this permit says nothing about the callee: it was not sent, or was called off.
   */
  public void onIgnored(int stripe, long permit, long now) {
    Phase at = phase;
    if (at.generation() == permit) {
      at.ignored();
    } else {
      late.add(stripe, 1);
    }
  }

  /** Does what time alone brings about; for a timer, so that a display need not wait for a call. */
  public void poll(long now) {
    phase.poll(this, now);
  }

  /** Opens it whatever the results say, for the usual delay. */
  public void trip(long now) {
    Phase from = phase;
    while (!open(from, Cause.TRIPPED, now)) {
      from = phase;
    }
  }

  /** Closes it with an empty window. */
  public void reset(long now) {
    Phase from = phase;
    while (!close(from, Cause.RESET, now)) {
      from = phase;
    }
  }

  /**
   * Takes a new configuration. The state stays: an open breaker keeps its beginning and gets the
   * new delay; the others begin again with an empty window or new probes, and results under way are
   * dropped as late.
   */
  public void reconfigure(BreakerConfig to, long now) {
    config = to;
    slowNanos = to.slowCall().toNanos();
    openNanos = to.openFor().toNanos();
    probeTimeoutNanos = to.probeTimeout().toNanos();
    Phase from;
    Phase next;
    do {
      from = phase;
      long generation = from.generation() + 1;
      next =
          switch (from) {
            case Closed c -> closed(generation, c.since());
            case Open o -> new Open(generation, o.since(), o.calls(), o.failures(), o.slow());
            case HalfOpen h -> new HalfOpen(generation, now, to);
          };
    } while (!PHASE.compareAndSet(this, from, next));
  }

  /** Everything a display needs. */
  public BreakerSnapshot snapshot(long now) {
    Phase at = phase;
    long[] totals = at.totals(now);
    long calls = totals[Window.CALLS];
    long failures = totals[Window.FAILURES];
    long slow = totals[Window.SLOW];
    return new BreakerSnapshot(
        name,
        at.kind(),
        at.since(),
        at.generation(),
        calls,
        failures,
        slow,
        share(failures, calls),
        share(slow, calls),
        rejected.sum(),
        late.sum(),
        at instanceof HalfOpen halfOpen ? halfOpen.probesOut() : 0);
  }

  Phase phase() {
    return phase;
  }

  long openNanos() {
    return openNanos;
  }

  long probeTimeoutNanos() {
    return probeTimeoutNanos;
  }

  boolean open(Phase from, Cause cause, long now) {
    long[] totals = from.totals(now);
    Open to =
        new Open(
            from.generation() + 1,
            now,
            totals[Window.CALLS],
            totals[Window.FAILURES],
            totals[Window.SLOW]);
    return change(from, to, cause, totals, now);
  }

  boolean halfOpen(Phase from, long now) {
    HalfOpen to = new HalfOpen(from.generation() + 1, now, config);
    return change(from, to, Cause.DELAY_PASSED, from.totals(now), now);
  }

  boolean close(Phase from, Cause cause, long now) {
    return change(from, closed(from.generation() + 1, now), cause, from.totals(now), now);
  }

  private boolean change(Phase from, Phase to, Cause cause, long[] totals, long now) {
    if (!PHASE.compareAndSet(this, from, to)) {
      return false;
    }
    listener.changed(
        this,
        from.kind(),
        to.kind(),
        cause,
        to.generation(),
        totals[Window.CALLS],
        totals[Window.FAILURES],
        totals[Window.SLOW],
        now);
    return true;
  }

  private void record(int stripe, long permit, boolean failed, long durationNanos, long now) {
    Phase at = phase;
    if (at.generation() == permit) {
      at.record(this, stripe, failed, durationNanos > slowNanos, now);
    } else {
      late.add(stripe, 1);
    }
  }

  private Closed closed(long generation, long now) {
    BreakerConfig use = config;
    Thresholds thresholds = new Thresholds(use.minimumCalls(), use.failureRate(), use.slowRate());
    Window window =
        switch (use.window()) {
          case WindowSpec.OfCalls calls -> new CountWindow(calls.size(), thresholds);
          case WindowSpec.OfTime time -> new TimeWindow(time, stripes, thresholds, now);
        };
    return new Closed(generation, now, window);
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
