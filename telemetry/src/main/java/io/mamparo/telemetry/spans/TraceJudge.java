package io.mamparo.telemetry.spans;

import io.mamparo.kernel.Clock;
import io.mamparo.telemetry.KeptBecause;
import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.SpanAttribute;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gathers spans by trace and judges a trace when its entry has ended and its stragglers had time to
 * come. Belongs to the roll-up thread; the counts may be read by any.
 *
 * <pre>
 *   span ──→ open ──entry ended──→ ending ──linger──→ judged ──→ kept (spans that come later join it)
 *              │                                         └─────→ dropped (they are dropped too)
 *              └── no entry for a minute, or no room: judged by its errors alone
 *   a span that is its whole trace ──→ judged at once
 * </pre>
 */
public final class TraceJudge implements SpanSink {
  /** Where kept traces go. */
  public interface Keeper {
    /** A trace is kept; its spans are valid only during the call. */
    void keep(TraceSpans trace, KeptBecause reason, int entry);

    /** A straggler of a kept trace. */
    void straggler(long[] slots, int at);
  }

  /** Spans of one trace, in the order in which they ended. */
  public interface TraceSpans {
    /** Upper half of the trace id. */
    long high();

    /** Lower half of the trace id. */
    long low();

    /** How many. */
    int count();

    /** The slots. */
    long[] slots();

    /** Position of the first. */
    int first();

    /** Position of the one after a position; less than 0 if there is none. */
    int next(int at);
  }

  private static final long OPEN_NANOS = 60_000_000_000L;
  private static final int MAX_SPANS = 1000;

  private final Clock clock;
  private final long lingerNanos;
  private final PendingTraces pending;
  private final Decisions decisions;
  private final Samplers samplers;
  private final Keeper keeper;
  private final Judged judged = new Judged();
  private final Alone alone = new Alone();
  private final AtomicLong evicted = new AtomicLong();
  private final AtomicLong orphans = new AtomicLong();
  private final AtomicLong cutOff = new AtomicLong();
  private final int maxSpans;
  private long now;
  private long second;

  /** A judge with room for that many spans. */
  public TraceJudge(Clock clock, long lingerNanos, int spans, Samplers samplers, Keeper keeper) {
    this.clock = clock;
    this.lingerNanos = lingerNanos;
    this.samplers = samplers;
    this.keeper = keeper;
    pending = new PendingTraces(spans);
    maxSpans = Math.min(MAX_SPANS, spans / 2);
    decisions = new Decisions(Math.max(64, spans / 2));
  }

  private final class Judged implements TraceSpans {
    private int trace;

    @Override
    public long high() {
      return pending.high(trace);
    }

    @Override
    public long low() {
      return pending.low(trace);
    }

    @Override
    public int count() {
      return pending.spans(trace);
    }

    @Override
    public long[] slots() {
      return pending.slots();
    }

    @Override
    public int first() {
      return pending.firstSpan(trace);
    }

    @Override
    public int next(int at) {
      return pending.nextSpan(at);
    }
  }

  /** A trace of one span. */
  private static final class Alone implements TraceSpans {
    private long[] slots = {};
    private int at;

    @Override
    public long high() {
      return slots[at + Slot.TRACE_HI];
    }

    @Override
    public long low() {
      return slots[at + Slot.TRACE_LO];
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public long[] slots() {
      return slots;
    }

    @Override
    public int first() {
      return at;
    }

    @Override
    public int next(int of) {
      return -1;
    }
  }

  @Override
  public void accept(long[] slots, int at) {
    int flags = Slot.flags(slots[at + Slot.META]);
    if ((flags & Slot.ALONE) != 0) {
      judgeAlone(slots, at, (flags & Slot.ERROR) != 0);
      return;
    }
    long hi = slots[at + Slot.TRACE_HI];
    long lo = slots[at + Slot.TRACE_LO];
    boolean entry = (flags & Slot.ENTRY) != 0;
    int trace = pending.find(hi, lo);
    if (trace == PendingTraces.NONE) {
      int decided = decisions.get(hi, lo, now);
      if (decided == Decisions.KEPT) {
        keeper.straggler(slots, at);
        return;
      }
      if (decided == Decisions.DROPPED && !entry) {
        return;
      }
      makeRoom(PendingTraces.NONE);
      trace = pending.add(hi, lo, now);
    }
    if (pending.spans(trace) < maxSpans) {
      makeRoom(trace);
      pending.addSpan(trace, slots, at);
    } else {
      cutOff.incrementAndGet();
    }
    if (entry) {
      pending.end(trace, now);
    }
  }

  /** A trace holds at most half of the room, so that there is another one if it is full. */
  private void makeRoom(int forTrace) {
    if (pending.isFull()) {
      judge(pending.oldestOtherThan(forTrace));
      evicted.incrementAndGet();
    }
  }

  /** Reads the clock, before spans are passed on. */
  public void look() {
    now = clock.nanos();
    second = clock.epochNanos() / 1_000_000_000L;
  }

  /** Judges the traces whose time has come. */
  public void judgeDue() {
    look();
    for (int trace = pending.firstEnded();
        trace != PendingTraces.NONE && now - pending.since(trace) >= lingerNanos;
        trace = pending.firstEnded()) {
      judge(trace);
    }
    for (int trace = pending.firstOpen();
        trace != PendingTraces.NONE && now - pending.since(trace) >= OPEN_NANOS;
        trace = pending.firstOpen()) {
      judge(trace);
    }
  }

  /** Judges all traces, at the end. */
  public void judgeAll() {
    while (pending.firstEnded() != PendingTraces.NONE) {
      judge(pending.firstEnded());
    }
    while (pending.firstOpen() != PendingTraces.NONE) {
      judge(pending.firstOpen());
    }
  }

  private void judgeAlone(long[] slots, int at, boolean error) {
    int entry = entryOf(slots, at);
    KeptBecause reason = reason(slots, at, entry, error, slots[at + Slot.TRACE_LO]);
    if (reason != null) {
      alone.slots = slots;
      alone.at = at;
      keeper.keep(alone, reason, entry);
    }
  }

  private void judge(int trace) {
    judged.trace = trace;
    long[] slots = pending.slots();
    boolean error = false;
    int entryAt = -1;
    for (int at = judged.first(); at >= 0; at = judged.next(at)) {
      int flags = Slot.flags(slots[at + Slot.META]);
      error |= (flags & Slot.ERROR) != 0;
      boolean earlier = entryAt < 0 || slots[at + Slot.START] < slots[entryAt + Slot.START];
      if ((flags & Slot.ENTRY) != 0 && earlier) {
        entryAt = at;
      }
    }
    int entry = entryAt < 0 ? Names.NONE : entryOf(slots, entryAt);
    KeptBecause reason = reason(slots, entryAt, entry, error, pending.low(trace));
    if (reason != null) {
      keeper.keep(judged, reason, entry);
    }
    decisions.put(pending.high(trace), pending.low(trace), reason != null, now);
    pending.remove(trace);
  }

  private @Nullable KeptBecause reason(
      long[] slots, int entryAt, int entry, boolean error, long low) {
    if (entryAt >= 0) {
      int flags = Slot.flags(slots[entryAt + Slot.META]);
      return samplers.of(entry).decide(second, flags, error, slots[entryAt + Slot.DURATION], low);
    }
    orphans.incrementAndGet();
    return error ? samplers.of(entry).decide(second, 0, true, 0, low) : null;
  }

  private static int entryOf(long[] slots, int at) {
    return (int) Slot.attribute(slots, at, SpanAttribute.ENTRY.code(), Names.NONE);
  }

  /** Traces that wait to be judged; only the roll-up thread. */
  public int pending() {
    return pending.size();
  }

  /** Traces judged early because there was no room: where the limit bites. */
  public long evicted() {
    return evicted.get();
  }

  /** Traces whose entry never ended here. */
  public long orphans() {
    return orphans.get();
  }

  /** Spans left out of traces of more than a thousand. */
  public long cutOff() {
    return cutOff.get();
  }
}
