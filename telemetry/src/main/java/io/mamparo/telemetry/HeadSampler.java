package io.mamparo.telemetry;

import io.mamparo.kernel.Clock;
import io.mamparo.telemetry.spans.Chance;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Says for a request without trace context whether its trace is marked as sampled, so that services
 * that export spans of their own do so for the same traces: so many a second and a share of the
 * rest. Safe for use by several loops; while the second's share is used up, which is most of the
 * time under load, they only read.
 */
public final class HeadSampler {
  private static final int COUNT_BITS = 24;

  private final Clock clock;
  private volatile int perSecond;
  private volatile long below;
  private final AtomicLong used = new AtomicLong(); // the second, and how many in it

  HeadSampler(Clock clock, SamplingRule rule) {
    this.clock = clock;
    rule(rule);
  }

  /** Follows another rule from now on. */
  final void rule(SamplingRule rule) {
    perSecond = (int) Math.min((1 << COUNT_BITS) - 1, Math.ceil(rule.perSecond()));
    below = (long) (rule.rate() * Long.MAX_VALUE);
  }

  /** Decides about a trace by its (random) lower half. */
  public boolean sample(long traceLow) {
    return Chance.chosen(traceLow, below) || takeOne();
  }

  private boolean takeOne() {
    long second = clock.nanos() / 1_000_000_000L;
    while (true) {
      long state = used.get();
      boolean sameSecond = state >>> COUNT_BITS == (second & (-1L >>> COUNT_BITS));
      long count = sameSecond ? state & ((1 << COUNT_BITS) - 1) : 0;
      if (count >= perSecond) {
        return false;
      }
      if (used.compareAndSet(state, (second << COUNT_BITS) | (count + 1))) {
        return true;
      }
    }
  }
}
