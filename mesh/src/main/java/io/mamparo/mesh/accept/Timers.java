package io.mamparo.mesh.accept;

import io.mamparo.kernel.Clock;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * The timers of one loop, on a hashed wheel (Varghese and Lauck, 1987). Owned by that loop.
 *
 * <p>Almost no time-out is ever reached, so setting one must cost nothing: a timer that is set to a
 * later time stays where it is linked, and is linked anew when its old slot comes by. Timers ring
 * up to {@link #TICK_NANOS} late.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Turning the wheel throws nothing.
public final class Timers {
  private static final int SHIFT = 22;

  /** About 4.2 ms. */
  public static final long TICK_NANOS = 1L << SHIFT;

  private static final int SLOTS = 1024;
  private static final int MASK = SLOTS - 1;

  private final Timer[] slots = new Timer[SLOTS];
  private final Timer due = emptyList();
  private final long[] used = new long[SLOTS / 64];
  private final EventLoop loop;
  private final Clock clock;
  private final long origin;
  private long done;
  private long wake = Long.MAX_VALUE;

  public Timers(EventLoop loop, Clock clock) {
    this.loop = loop;
    this.clock = clock;
    this.origin = clock.nanos();
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = emptyList();
    }
  }

  private static Timer emptyList() {
    Timer head = new Timer(now -> {});
    head.before = head;
    head.after = head;
    return head;
  }

  /** Lets a timer ring at {@code deadline}, in place of any earlier setting. */
  public void set(Timer timer, long deadline) {
    timer.deadline = deadline;
    long tick = tick(deadline);
    if (timer.after == null) {
      link(timer, tick);
    } else if (tick < timer.tick) {
      unlink(timer);
      link(timer, tick);
    }
  }

  /** Keeps a timer from ringing; it may stay linked for a while. */
  public void cancel(Timer timer) {
    timer.deadline = Timer.NEVER;
  }

  /** Forgets a timer whose owner is gone. */
  public void remove(Timer timer) {
    timer.deadline = Timer.NEVER;
    if (timer.after != null) {
      unlink(timer);
    }
  }

  /** The first tick at whose beginning the deadline has passed. */
  private long tick(long deadline) {
    return Math.max(done + 1, ((deadline - origin) >> SHIFT) + 1);
  }

  private void link(Timer timer, long tick) {
    int slot = (int) tick & MASK;
    timer.tick = tick;
    append(slots[slot], timer);
    used[slot >> 6] |= 1L << slot;
    if (tick < wake) {
      wakeAt(tick);
    }
  }

  private static void append(Timer head, Timer timer) {
    Timer last = head.before;
    timer.before = last;
    timer.after = head;
    head.before = timer;
    if (last != null) {
      last.after = timer;
    }
  }

  private static void unlink(Timer timer) {
    Timer before = timer.before;
    Timer after = timer.after;
    if (before != null && after != null) {
      before.after = after;
      after.before = before;
    }
    timer.before = null;
    timer.after = null;
  }

  private void wakeAt(long tick) {
    wake = tick;
    long delay = origin + (tick << SHIFT) - clock.nanos();
    loop.schedule(this::turn, Math.max(0, delay), TimeUnit.NANOSECONDS);
  }

  private void turn() {
    long now = clock.nanos();
    long tick = (now - origin) >> SHIFT;
    if (wake <= tick) {
      wake = Long.MAX_VALUE;
    }
    long from = Math.max(done + 1, tick - SLOTS + 1);
    for (long t = from; t <= tick; t++) {
      int slot = (int) t & MASK;
      if ((used[slot >> 6] & 1L << slot) != 0) {
        done = t;
        visit(slot, now);
      }
    }
    done = Math.max(done, tick);
    long next = next();
    if (next < wake) {
      wakeAt(next);
    }
  }

  /** Rings what is due; what was set later since is linked anew. */
  private void visit(int slot, long now) {
    // Alarms set and remove timers, so what is due is first put aside, then taken one by one.
    Timer head = slots[slot];
    Timer timer = head.after;
    while (timer != null && timer != head) {
      Timer next = timer.after;
      if (timer.tick <= done) {
        unlink(timer);
        append(due, timer);
      }
      timer = next;
    }
    if (head.after == head) {
      used[slot >> 6] &= ~(1L << slot);
    }
    for (Timer first = due.after; first != null && first != due; first = due.after) {
      unlink(first);
      ringOrRelink(first, now);
    }
  }

  private void ringOrRelink(Timer timer, long now) {
    if (timer.deadline == Timer.NEVER) {
      return;
    }
    if (timer.deadline - now > 0) {
      link(timer, tick(timer.deadline));
    } else {
      timer.deadline = Timer.NEVER;
      timer.alarm.ring(now);
    }
  }

  /** The next tick whose slot holds anything, be it for a later round. */
  private long next() {
    for (int ahead = 1; ahead <= SLOTS; ahead++) {
      int slot = (int) (done + ahead) & MASK;
      if ((used[slot >> 6] & 1L << slot) != 0) {
        return done + ahead;
      }
    }
    return Long.MAX_VALUE;
  }
}
