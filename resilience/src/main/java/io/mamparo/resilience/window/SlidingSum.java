package io.mamparo.resilience.window;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Sums over the last so many slices of time, in several columns, with one writer a stripe: an event
 * loop adds to its own stripe, any thread may read.
 *
 * <p>A stripe keeps a ring of slices and the running totals over the ring, so that adding costs a
 * comparison and a store, and reading costs one load a stripe and column. When time enters a new
 * slice, the writer takes the slices that have left the window off the totals. A reader that comes
 * by later than the writer takes them off its own copy.
 *
 * <p>Consistency: a stripe carries a version that is odd while its writer turns the ring. A reader
 * that sees it move looks again, at most three times, and then takes what it has: a sum may then be
 * off by one slice for one reading. Columns are added in ascending order and read in descending
 * order, so that a reader never sees more in a later column than belongs to an earlier one.
 */
public final class SlidingSum {
  private static final int PAD = 16;
  private static final int VERSION = PAD;
  private static final int SLICE = PAD + 1;
  private static final int TOTALS = PAD + 2;
  private static final int ATTEMPTS = 3;

  private final AtomicLongArray[] stripes;

  /** When the stripe's present slice ends; touched by the stripe's writer only. */
  private final long[][] sliceEnds;

  private final int columns;
  private final int slices;
  private final long sliceNanos;
  private final long start;

  /**
   * An empty window.
   *
   * @param stripes how many writers there are
   * @param columns how many sums are kept side by side
   * @param slices how many slices the window has; the present one, part-filled, is one of them
   * @param sliceNanos the length of a slice
   * @param start the monotonic time from which slices are counted, in nanoseconds
   */
  public SlidingSum(int stripes, int columns, int slices, long sliceNanos, long start) {
    if (stripes < 1 || columns < 1 || slices < 1 || sliceNanos < 1) {
      throw new IllegalArgumentException(
          "stripes, columns, slices and their length must be at least 1");
    }
    this.columns = columns;
    this.slices = slices;
    this.sliceNanos = sliceNanos;
    this.start = start;
    this.stripes = new AtomicLongArray[stripes];
    this.sliceEnds = new long[stripes][];
    for (int i = 0; i < stripes; i++) {
      this.stripes[i] = new AtomicLongArray(TOTALS + columns * (slices + 1) + PAD);
      this.sliceEnds[i] = new long[PAD + 1 + PAD];
      this.sliceEnds[i][PAD] = start + sliceNanos;
    }
  }

  /** Moves a stripe to the slice of {@code now}; its writer calls this before it adds. */
  public void roll(int stripe, long now) {
    if (now - sliceEnds[stripe][PAD] >= 0) {
      turn(stripe, (now - start) / sliceNanos);
    }
  }

  /** Adds to a column of the stripe's present slice; only that stripe's writer may call this. */
  public void add(int stripe, int column, long by) {
    AtomicLongArray cells = stripes[stripe];
    int at = ring(cells.getPlain(SLICE), column);
    cells.setOpaque(at, cells.getPlain(at) + by);
    int total = TOTALS + column;
    cells.setRelease(total, cells.getPlain(total) + by);
  }

  /** An array to read into: the sums stand at its start, the rest is scratch space. */
  public long[] newSums() {
    return new long[2 * columns];
  }

  /**
   * Reads the window as it is at {@code now}.
   *
   * @param into an array made by {@link #newSums()}, which belongs to the caller
   */
  public void sum(long now, long[] into) {
    sumAt(Math.max(0, (now - start) / sliceNanos), into);
  }

  /** As {@link #sum(long, long[])}, at the slice a stripe was last rolled to: saves a division. */
  public void sumAsOf(int stripe, long[] into) {
    sumAt(stripes[stripe].getOpaque(SLICE), into);
  }

  private void sumAt(long slice, long[] into) {
    for (int column = 0; column < columns; column++) {
      into[column] = 0;
    }
    for (AtomicLongArray cells : stripes) {
      addStripe(cells, slice, into);
    }
  }

  private void addStripe(AtomicLongArray cells, long slice, long[] into) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long version = cells.getAcquire(VERSION);
      for (int column = columns - 1; column >= 0; column--) {
        into[columns + column] = live(cells, slice, column);
      }
      VarHandle.loadLoadFence();
      if ((version & 1) == 0 && cells.getOpaque(VERSION) == version) {
        break;
      }
      Thread.onSpinWait();
    }
    for (int column = 0; column < columns; column++) {
      into[column] += into[columns + column];
    }
  }

  /** A column's total less the slices that have left the window since the writer came by. */
  private long live(AtomicLongArray cells, long slice, int column) {
    long total = cells.getAcquire(TOTALS + column);
    long written = cells.getOpaque(SLICE);
    long gone = slice - written;
    if (gone >= slices) {
      return 0; // nobody wrote here for as long as the window is: an idle loop, usually
    }
    for (long i = 1; i <= gone; i++) {
      total -= cells.getOpaque(ring(written + i, column));
    }
    return Math.max(0, total);
  }

  private void turn(int stripe, long slice) {
    AtomicLongArray cells = stripes[stripe];
    long written = cells.getPlain(SLICE);
    long version = cells.getPlain(VERSION);
    cells.setOpaque(VERSION, version + 1);
    VarHandle.storeStoreFence();
    long gone = Math.min(slice - written, slices);
    for (long i = 1; i <= gone; i++) {
      for (int column = 0; column < columns; column++) {
        int at = ring(written + i, column);
        cells.setOpaque(TOTALS + column, cells.getPlain(TOTALS + column) - cells.getPlain(at));
        cells.setOpaque(at, 0);
      }
    }
    cells.setOpaque(SLICE, slice);
    cells.setRelease(VERSION, version + 2);
    sliceEnds[stripe][PAD] = start + (slice + 1) * sliceNanos;
  }

  private int ring(long slice, int column) {
    return TOTALS + columns + (int) (slice % slices) * columns + column;
  }
}
