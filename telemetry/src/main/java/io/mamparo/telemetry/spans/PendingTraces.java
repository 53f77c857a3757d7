package io.mamparo.telemetry.spans;

/**
 * Traces that have not been judged yet, with their spans, in arrays of fixed size: a hash table of
 * traces (chained), a chain of slots for each, and two queues in the order of time (open: no entry
 * has ended; ending: one has). Allocates nothing after its creation. Belongs to the roll-up thread.
 *
 * <p>Invariants: every trace is in exactly one queue and has at least one span; free traces and
 * free slots are chained through {@code next} and {@code nextSlot}.
 */
final class PendingTraces {
  static final int NONE = -1;

  private final int capacity;
  private final long[] slots;
  private final int[] nextSlot;
  private int freeSlot;

  private final int[] buckets;
  private final int[] inBucket; // next trace of the same bucket
  private final long[] high;
  private final long[] low;
  private final int[] firstSlot;
  private final int[] lastSlot;
  private final int[] spans;
  private final long[] since; // nanos: first seen while open, entry seen while ending
  private final int[] next;
  private final int[] previous;
  private final boolean[] ending;
  private int freeTrace;

  private final Queue open = new Queue();
  private final Queue ended = new Queue();
  private int size;

  private static final class Queue {
    int first = NONE;
    int last = NONE;
  }

  PendingTraces(int spanCapacity) {
    capacity = spanCapacity;
    slots = new long[capacity * Slot.LENGTH];
    nextSlot = chain(capacity);
    buckets = new int[Integer.highestOneBit(capacity) << 1];
    java.util.Arrays.fill(buckets, NONE);
    inBucket = new int[capacity];
    high = new long[capacity];
    low = new long[capacity];
    firstSlot = new int[capacity];
    lastSlot = new int[capacity];
    spans = new int[capacity];
    since = new long[capacity];
    next = chain(capacity);
    previous = new int[capacity];
    ending = new boolean[capacity];
  }

  private static int[] chain(int length) {
    int[] chain = new int[length];
    for (int i = 0; i < length; i++) {
      chain[i] = i + 1 < length ? i + 1 : NONE;
    }
    return chain;
  }

  /** Whether another span fits; as long as it does, so does another trace. */
  boolean isFull() {
    return freeSlot == NONE;
  }

  int size() {
    return size;
  }

  int find(long hi, long lo) {
    for (int trace = buckets[bucket(hi, lo)]; trace != NONE; trace = inBucket[trace]) {
      if (low[trace] == lo && high[trace] == hi) {
        return trace;
      }
    }
    return NONE;
  }

  private int bucket(long hi, long lo) {
    long mixed = (hi * 31 + lo) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 33) & (buckets.length - 1);
  }

  /** Begins a trace; there must be room, and a span must follow. */
  int add(long hi, long lo, long nanos) {
    int trace = freeTrace;
    freeTrace = next[trace];
    high[trace] = hi;
    low[trace] = lo;
    firstSlot[trace] = NONE;
    lastSlot[trace] = NONE;
    spans[trace] = 0;
    since[trace] = nanos;
    ending[trace] = false;
    int bucket = bucket(hi, lo);
    inBucket[trace] = buckets[bucket];
    buckets[bucket] = trace;
    append(open, trace);
    size++;
    return trace;
  }

  /** Copies a span to the end of a trace; there must be room. */
  void addSpan(int trace, long[] from, int at) {
    int slot = freeSlot;
    freeSlot = nextSlot[slot];
    System.arraycopy(from, at, slots, slot * Slot.LENGTH, Slot.LENGTH);
    nextSlot[slot] = NONE;
    if (lastSlot[trace] == NONE) {
      firstSlot[trace] = slot;
    } else {
      nextSlot[lastSlot[trace]] = slot;
    }
    lastSlot[trace] = slot;
    spans[trace]++;
  }

  /** An entry of the trace has ended: from now on it lingers. */
  void end(int trace, long nanos) {
    if (!ending[trace]) {
      unlink(open, trace);
      ending[trace] = true;
      since[trace] = nanos;
      append(ended, trace);
    }
  }

  /** The trace whose entry ended first, or NONE. */
  int firstEnded() {
    return ended.first;
  }

  /** The oldest trace without an ended entry, or NONE. */
  int firstOpen() {
    return open.first;
  }

  /** The oldest trace but for one (or NONE), open ones first; NONE if there is no other. */
  int oldestOtherThan(int trace) {
    int found = firstOtherThan(open, trace);
    return found == NONE ? firstOtherThan(ended, trace) : found;
  }

  private int firstOtherThan(Queue queue, int trace) {
    return queue.first != NONE && queue.first == trace ? next[trace] : queue.first;
  }

  long since(int trace) {
    return since[trace];
  }

  int spans(int trace) {
    return spans[trace];
  }

  long high(int trace) {
    return high[trace];
  }

  long low(int trace) {
    return low[trace];
  }

  /** Where the slots lie; see {@link #firstSpan}. */
  long[] slots() {
    return slots;
  }

  /** Position of a trace's first span. */
  int firstSpan(int trace) {
    return firstSlot[trace] * Slot.LENGTH;
  }

  /** Position of the span after the one at a position, or less than 0. */
  int nextSpan(int at) {
    return nextSlot[at / Slot.LENGTH] * Slot.LENGTH;
  }

  /** Forgets a trace and its spans. */
  void remove(int trace) {
    unlink(ending[trace] ? ended : open, trace);
    int bucket = bucket(high[trace], low[trace]);
    if (buckets[bucket] == trace) {
      buckets[bucket] = inBucket[trace];
    } else {
      int before = buckets[bucket];
      while (inBucket[before] != trace) {
        before = inBucket[before];
      }
      inBucket[before] = inBucket[trace];
    }
    nextSlot[lastSlot[trace]] = freeSlot;
    freeSlot = firstSlot[trace];
    next[trace] = freeTrace;
    freeTrace = trace;
    size--;
  }

  private void append(Queue queue, int trace) {
    next[trace] = NONE;
    previous[trace] = queue.last;
    if (queue.last == NONE) {
      queue.first = trace;
    } else {
      next[queue.last] = trace;
    }
    queue.last = trace;
  }

  private void unlink(Queue queue, int trace) {
    if (previous[trace] == NONE) {
      queue.first = next[trace];
    } else {
      next[previous[trace]] = next[trace];
    }
    if (next[trace] == NONE) {
      queue.last = previous[trace];
    } else {
      previous[next[trace]] = previous[trace];
    }
  }
}
