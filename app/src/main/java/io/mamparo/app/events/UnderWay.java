package io.mamparo.app.events;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which request a service is working on, as long as it is only one: what a statement that names no
 * trace can belong to. Every loop writes its own cells; any loop reads all of them. Nothing is
 * allocated once a service is known.
 *
 * <p>A cell keeps how many requests are under way and the exclusive or of their ids. Whenever
 * exactly one is left, the exclusive or over all cells is that one's ids, whatever came and went
 * before. A version that is odd while a cell is written tells readers that they have to give up (H.
 * Boehm, "Can seqlocks get along with programming language memory models?", 2012).
 */
final class UnderWay {
  /** Services that are told apart; of those beyond nothing is known. */
  static final int MOST = 1_024;

  private static final int CELL = 16; // two cache lines, so that loops do not disturb each other
  private static final int VERSION = 0;
  private static final int COUNT = 1;
  private static final int HIGH = 2;
  private static final int LOW = 3;
  private static final int SPAN = 4;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final int loops;
  private volatile Map<String, long[]> cells = Map.of();

  UnderWay(int loops) {
    this.loops = loops;
  }

  /** The ids of a request; each reader has one of its own. */
  static final class Request {
    long high;
    long low;
    long span;
  }

  /** A service has taken a request on. Only the loop itself. */
  void enter(int loop, String service, long high, long low, long span) {
    long[] of = cells.get(service);
    if (of == null) {
      of = add(service);
    }
    if (of != null) {
      write(of, loop * CELL, 1, high, low, span);
    }
  }

  /** A service is done with it. Only the loop that told of its beginning. */
  void leave(int loop, String service, long high, long low, long span) {
    long[] of = cells.get(service);
    if (of != null) {
      write(of, loop * CELL, -1, high, low, span);
    }
  }

  private static void write(long[] of, int at, int by, long high, long low, long span) {
    long version = of[at + VERSION];
    LONGS.setOpaque(of, at + VERSION, version + 1);
    VarHandle.storeStoreFence();
    LONGS.setOpaque(of, at + COUNT, of[at + COUNT] + by);
    LONGS.setOpaque(of, at + HIGH, of[at + HIGH] ^ high);
    LONGS.setOpaque(of, at + LOW, of[at + LOW] ^ low);
    LONGS.setOpaque(of, at + SPAN, of[at + SPAN] ^ span);
    LONGS.setRelease(of, at + VERSION, version + 2);
  }

  /**
   * Finds the only request that a service is working on.
   *
   * @return false if there is none, or more than one, or if it is just changing
   */
  boolean only(String service, Request into) {
    long[] of = cells.get(service);
    if (of == null) {
      return false;
    }
    long count = 0;
    into.high = 0;
    into.low = 0;
    into.span = 0;
    long versions = 0;
    for (int at = 0; at < of.length; at += CELL) {
      long version = (long) LONGS.getAcquire(of, at + VERSION);
      if ((version & 1) != 0) {
        return false;
      }
      versions += version;
      count += (long) LONGS.getOpaque(of, at + COUNT);
      into.high ^= (long) LONGS.getOpaque(of, at + HIGH);
      into.low ^= (long) LONGS.getOpaque(of, at + LOW);
      into.span ^= (long) LONGS.getOpaque(of, at + SPAN);
    }
    VarHandle.loadLoadFence();
    for (int at = 0; at < of.length; at += CELL) {
      versions -= (long) LONGS.getOpaque(of, at + VERSION);
    }
    return count == 1 && versions == 0;
  }

  private synchronized long @Nullable [] add(String service) {
    Map<String, long[]> known = cells;
    long[] raced = known.get(service);
    if (raced != null || known.size() >= MOST) {
      return raced;
    }
    Map<String, long[]> next = new HashMap<>(known);
    long[] added = new long[loops * CELL];
    next.put(service, added);
    cells = next;
    return added;
  }
}
