package io.mamparo.telemetry;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Small numbers for names (services, routes, statements), so that a span can be written without
 * allocation. Safe for use by several threads; finding a known name allocates nothing. Bounded: a
 * name too many becomes {@link #OTHER}. Names are at most 2,000 characters; the rest is cut off.
 */
public final class Names {
  /** No name. */
  public static final int NONE = 0;

  /** A name that was one too many. */
  public static final int OTHER = 1;

  private static final int MAX_LENGTH = 2000;

  private final int max;
  private final ConcurrentHashMap<String, Integer> handles = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<String> texts;
  private final AtomicInteger next = new AtomicInteger(2);
  private final AtomicLong refused = new AtomicLong();

  Names(int max) {
    this.max = max;
    texts = new AtomicReferenceArray<>(max + 2);
    texts.set(NONE, "");
    texts.set(OTHER, "other");
  }

  /** The number of a name; the same for as long as this process runs. */
  public int handle(String name) {
    Integer known = handles.get(name);
    return known != null ? known : add(name);
  }

  private int add(String name) {
    if (name.isEmpty()) {
      return NONE;
    }
    if (name.length() > MAX_LENGTH) {
      return handle(name.substring(0, MAX_LENGTH));
    }
    synchronized (handles) {
      Integer raced = handles.get(name);
      if (raced != null) {
        return raced;
      }
      if (next.get() >= max + 2) {
        refused.incrementAndGet();
        return OTHER;
      }
      int handle = next.getAndIncrement();
      texts.set(handle, name);
      handles.put(name, handle);
      return handle;
    }
  }

  /** The name of a number. */
  public String text(int handle) {
    String text = handle >= 0 && handle < texts.length() ? texts.get(handle) : null;
    return text == null ? "other" : text;
  }

  /** How many names there are. */
  public int size() {
    return next.get() - 2;
  }

  /** How often a name was one too many. */
  public long refused() {
    return refused.get();
  }
}
