package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shared statements that one server connection has, or will have once it has read what was
 * sent; the least recently used one gives way. Owned by one event loop.
 */
final class Prepared {
  private final int max;
  private final LinkedHashMap<SharedStatement, Boolean> statements =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Last asked for: most sessions ask for the same again and again. */
  private @Nullable SharedStatement last;

  Prepared(int max) {
    this.max = max;
  }

  boolean has(SharedStatement statement) {
    if (statement == last) {
      return true;
    }
    if (statements.get(statement) == null) {
      return false;
    }
    last = statement;
    return true;
  }

  /** Adds one and returns the one that must be closed for it, null when there is room. */
  @Nullable SharedStatement add(SharedStatement statement) {
    statements.put(statement, Boolean.TRUE);
    last = statement;
    if (statements.size() <= max) {
      return null;
    }
    SharedStatement eldest = statements.firstEntry().getKey();
    statements.remove(eldest);
    return eldest;
  }

  void remove(SharedStatement statement) {
    statements.remove(statement);
    last = last == statement ? null : last;
  }

  void clear() {
    statements.clear();
    last = null;
  }

  int size() {
    return statements.size();
  }
}
