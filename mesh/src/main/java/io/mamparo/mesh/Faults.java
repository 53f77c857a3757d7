package io.mamparo.mesh;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The faults that are being injected, each under an id. Safe for use by several threads; a change
 * holds for tries that begin after it.
 */
public final class Faults {
  /** As many as one can have at once. */
  public static final int MAX = 256;

  private volatile Map<String, Fault> all = Map.of();

  Faults() {}

  /** Adds a fault or replaces the one with this id. */
  public synchronized void put(String id, Fault fault) {
    Map<String, Fault> next = new LinkedHashMap<>(all);
    next.put(id, fault);
    if (next.size() > MAX) {
      throw new IllegalStateException("more than " + MAX + " faults at once");
    }
    all = Map.copyOf(next);
  }

  /** Ends a fault; false when there was none with this id. */
  public synchronized boolean remove(String id) {
    Map<String, Fault> next = new LinkedHashMap<>(all);
    boolean was = next.remove(id) != null;
    all = Map.copyOf(next);
    return was;
  }

  /** Ends all faults. */
  public synchronized void clear() {
    all = Map.of();
  }

  /** The faults by id. */
  public Map<String, Fault> all() {
    return all;
  }
}
