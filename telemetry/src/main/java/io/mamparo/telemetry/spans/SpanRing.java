package io.mamparo.telemetry.spans;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finished spans of one event loop, between the loop, which writes and never waits, and the roll-up
 * thread, which reads. Spans that were overwritten before they were read are counted.
 *
 * <p>Invariant: the slot of position p is stable while {@code head - p < capacity}; the reader
 * copies it and then looks at {@code head} again.
 */
public final class SpanRing {
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(SpanRing.class, "head", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int capacity;
  private final long[] slots;
  private final long[] copy = new long[Slot.LENGTH]; // the reader's
  private long head; // position of the next span; written by the loop
  private long tail; // position of the next unread span; the reader's
  private final AtomicLong lost = new AtomicLong();

  /** A ring for that many spans, rounded up to a power of two. */
  public SpanRing(int spans) {
    capacity = Integer.highestOneBit(Math.max(1, spans - 1)) << 1;
    slots = new long[capacity * Slot.LENGTH];
  }

  /** The slots; only the loop may write them. */
  public long[] slots() {
    return slots;
  }

  /** Where the next span is to be written; only the loop. */
  public int next() {
    VarHandle.storeStoreFence(); // what follows must not be seen before the last head
    return (int) (head & (capacity - 1)) * Slot.LENGTH;
  }

  /** The next span is whole; only the loop. */
  public void publish() {
    HEAD.setRelease(this, head + 1);
  }

  /** Passes all unread spans on; only the reader. Returns how many it was. */
  public int drain(SpanSink sink) {
    long end = (long) HEAD.getAcquire(this);
    int read = 0;
    while (tail < end) {
      long now = (long) HEAD.getAcquire(this);
      if (now - tail >= capacity) {
        skipTo(now - capacity + 1 + capacity / 8);
        continue;
      }
      System.arraycopy(slots, (int) (tail & (capacity - 1)) * Slot.LENGTH, copy, 0, Slot.LENGTH);
      VarHandle.acquireFence();
      if ((long) HEAD.getOpaque(this) - tail >= capacity) {
        continue; // overwritten while it was copied
      }
      sink.accept(copy, 0);
      tail++;
      read++;
    }
    return read;
  }

  /** Leaves out what is gone, and an eighth more, so as not to be overtaken at once. */
  private void skipTo(long position) {
    long target = Math.min(position, (long) HEAD.getAcquire(this));
    lost.addAndGet(target - tail);
    tail = target;
  }

  /** How many spans were written. */
  public long written() {
    return (long) HEAD.getOpaque(this);
  }

  /** How many were overwritten before they were read. */
  public long lost() {
    return lost.get();
  }
}
