package io.mamparo.wire.http2;

import java.util.Arrays;

/**
 * The dynamic table of one direction (RFC 7541, 2.3.2). Owned by one loop.
 *
 * <p>Entries have numbers that only grow. Their bytes stand in one array behind each other, and are
 * moved to its beginning when its end is reached, so that adding one allocates nothing.
 */
final class DynamicTable {
  private static final int OVERHEAD = 32;

  private byte[] bytes = {};
  private int tail;
  private int[] start = new int[8];
  private int[] name = new int[8];
  private int[] value = new int[8];
  private int[] mark = new int[8];
  private int oldest;
  private int next;
  private int size;
  private int limit;

  DynamicTable(int limit) {
    this.limit = limit;
  }

  /** How many entries there are. */
  int count() {
    return next - oldest;
  }

  /** The number that the next entry gets. */
  int next() {
    return next;
  }

  /** Whether an entry is still there. */
  boolean has(int number) {
    return number - oldest >= 0 && number - next < 0;
  }

  int limit() {
    return limit;
  }

  /** Evicts what a smaller limit leaves no room for. */
  void limit(int to) {
    limit = to;
    evict(to);
  }

  byte[] bytes() {
    return bytes;
  }

  int start(int number) {
    return start[number & (start.length - 1)];
  }

  int name(int number) {
    return name[number & (name.length - 1)];
  }

  int value(int number) {
    return value[number & (value.length - 1)];
  }

  int mark(int number) {
    return mark[number & (mark.length - 1)];
  }

  /** Adds an entry; one that is larger than the table empties it. The bytes are none of its own. */
  void add(byte[] from, int at, int nameLength, int valueLength, int marked) {
    int cost = nameLength + valueLength + OVERHEAD;
    evict(limit - cost);
    if (cost > limit) {
      return;
    }
    int length = nameLength + valueLength;
    room(length);
    if (count() == start.length) {
      grow();
    }
    System.arraycopy(from, at, bytes, tail, length);
    int slot = next & (start.length - 1);
    start[slot] = tail;
    name[slot] = nameLength;
    value[slot] = valueLength;
    mark[slot] = marked;
    tail += length;
    size += cost;
    next++;
  }

  private void evict(int downTo) {
    while (size > downTo && count() > 0) {
      size -= name(oldest) + value(oldest) + OVERHEAD;
      oldest++;
    }
  }

  private void room(int length) {
    if (tail + length <= bytes.length) {
      return;
    }
    int first = count() == 0 ? tail : start(oldest);
    int live = tail - first;
    byte[] to = bytes;
    if (live + length > bytes.length / 2) {
      to = new byte[Math.max(512, (live + length) * 2)];
    }
    System.arraycopy(bytes, first, to, 0, live);
    bytes = to;
    tail = live;
    for (int i = oldest; i - next < 0; i++) {
      start[i & (start.length - 1)] -= first;
    }
  }

  private void grow() {
    start = spread(start);
    name = spread(name);
    value = spread(value);
    mark = spread(mark);
  }

  private int[] spread(int[] all) {
    int[] wider = Arrays.copyOf(all, all.length * 2);
    for (int i = oldest; i - next < 0; i++) {
      wider[i & (wider.length - 1)] = all[i & (all.length - 1)];
    }
    return wider;
  }
}
