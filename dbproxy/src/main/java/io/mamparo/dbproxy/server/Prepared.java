package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shared statements that one server connection has, or will have if it carries out what was
 * sent; the least recently used one gives way. Owned by one event loop.
 */
final class Prepared {
  private final int max;

  /** Whether the server has confirmed it. */
  private final LinkedHashMap<SharedStatement, Boolean> statements =
      new LinkedHashMap<>(16, 0.75f, true);

  /** Last found confirmed: most sessions ask for the same again and again. */
  private @Nullable SharedStatement last;

  Prepared(int max) {
    this.max = max;
  }

  int size() {
    return statements.size();
  }

  boolean has(SharedStatement statement) {
    return statement == last || statements.get(statement) != null;
  }

  boolean confirmed(SharedStatement statement) {
    if (statement == last) {
      return true;
    }
    if (!Boolean.TRUE.equals(statements.get(statement))) {
      return false;
    }
    last = statement;
    return true;
  }

  /** Adds one and returns the one that must be closed for it, null when there is room. */
  @Nullable SharedStatement add(SharedStatement statement) {
    statements.put(statement, Boolean.FALSE);
    if (statements.size() <= max) {
      return null;
    }
    SharedStatement eldest = statements.firstEntry().getKey();
    remove(eldest);
    return eldest;
  }

  void confirm(SharedStatement statement) {
    statements.replace(statement, Boolean.TRUE);
  }

  void remove(SharedStatement statement) {
    statements.remove(statement);
    last = statement == last ? null : last;
  }

  void clear() {
    statements.clear();
    last = null;
  }
}
