package io.mamparo.wire.http2;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The open streams of a connection by their ids. Owned by one loop. */
final class StreamTable {
  private @Nullable Http2Stream[] slots = new Http2Stream[16];
  private int count;

  int count() {
    return count;
  }

  /** All ids of a connection are odd or all are even, so their lowest bit says nothing. */
  private static int slot(int id, int mask) {
    return (id >>> 1) & mask;
  }

  @Nullable Http2Stream get(int id) {
    int mask = slots.length - 1;
    int i = slot(id, mask);
    Http2Stream found = slots[i];
    while (found != null && found.id != id) {
      i = (i + 1) & mask;
      found = slots[i];
    }
    return found;
  }

  void put(Http2Stream stream) {
    if (count * 2 >= slots.length) {
      @Nullable Http2Stream[] before = slots;
      slots = new Http2Stream[before.length * 2];
      for (Http2Stream each : before) {
        if (each != null) {
          place(each);
        }
      }
    }
    place(stream);
    count++;
  }

  private void place(Http2Stream stream) {
    int mask = slots.length - 1;
    int i = slot(stream.id, mask);
    while (slots[i] != null) {
      i = (i + 1) & mask;
    }
    slots[i] = stream;
  }

  /** Takes a stream out, and closes the gap that it leaves. */
  void remove(Http2Stream stream) {
    int mask = slots.length - 1;
    int i = slot(stream.id, mask);
    while (slots[i] != stream) {
      if (slots[i] == null) {
        return;
      }
      i = (i + 1) & mask;
    }
    count--;
    int gap = i;
    slots[gap] = null;
    i = (i + 1) & mask;
    Http2Stream next = slots[i];
    while (next != null) {
      int home = slot(next.id, mask);
      if (((i - home) & mask) >= ((i - gap) & mask)) {
        slots[gap] = next;
        slots[i] = null;
        gap = i;
      }
      i = (i + 1) & mask;
      next = slots[i];
    }
  }

  /** A copy, to be walked through while streams end. */
  Http2Stream[] all() {
    Http2Stream[] all = new Http2Stream[count];
    int n = 0;
    for (Http2Stream each : slots) {
      if (each != null) {
        all[n++] = each;
      }
    }
    return Arrays.copyOf(all, n);
  }
}
