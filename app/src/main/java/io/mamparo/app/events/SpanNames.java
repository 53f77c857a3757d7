package io.mamparo.app.events;

import io.mamparo.telemetry.Names;
import java.util.HashMap;
import java.util.Map;

/**
 * The handles of two-part names such as {@code GET /cars/{id}}, without allocation once they are
 * known. Read by all loops; bounded by the bound of {@link Names}.
 */
final class SpanNames {
  private static final int MOST = 10_000;

  private final Names names;
  private volatile Map<String, Map<String, Integer>> known = Map.of();
  private int size; // guarded by this

  SpanNames(Names names) {
    this.names = names;
  }

  int of(String first, String second) {
    Map<String, Integer> seconds = known.get(first);
    Integer handle = seconds == null ? null : seconds.get(second);
    return handle != null ? handle : add(first, second);
  }

  private synchronized int add(String first, String second) {
    if (size >= MOST) {
      return Names.OTHER;
    }
    int handle = names.handle(first + " " + second);
    Map<String, Map<String, Integer>> next = new HashMap<>(known);
    Map<String, Integer> seconds = new HashMap<>(next.getOrDefault(first, Map.of()));
    seconds.put(second, handle);
    next.put(first, seconds);
    known = next;
    size++;
    return handle;
  }
}
