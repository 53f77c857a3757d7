package io.mamparo.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * A number that only grows. Event loops add under their own index, without locks or allocation;
 * other threads use {@link #add(long)}.
 */
public final class Counter {
  private static final int STRIDE = 16; // longs, so that loops do not share cache lines
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] cells;
  private final LongAdder others = new LongAdder();

  Counter(int loops) {
    cells = new long[(loops + 1) * STRIDE];
  }

  /** Adds, on the event loop of that index. */
  public void add(int loop, long more) {
    int at = (loop + 1) * STRIDE - 1;
    COUNT.setOpaque(cells, at, cells[at] + more);
  }

  /** Adds, on any thread. */
  public void add(long more) {
    others.add(more);
  }

  /** The sum. */
  public long value() {
    long sum = others.sum();
    for (int at = STRIDE - 1; at < cells.length; at += STRIDE) {
      sum += (long) COUNT.getOpaque(cells, at);
    }
    return sum;
  }
}
