package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.intern.Traits;
import io.mamparo.dbproxy.tell.Segment;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the portals of a transaction run, from the first that leaves something behind: its effect
 * counts when the portal is executed. Owned by one event loop.
 */
final class Portals {
  private final Map<String, SharedStatement> statements = new HashMap<>(2);

  /** A portal is bound to a statement. */
  void bound(ByteBuf in, int at, int end, SharedStatement statement, Segment segment) {
    segment.statement(statement.fingerprint(), 0);
    if (statement.traits() != 0 || !statements.isEmpty()) {
      statements.put(in.toString(at, end - at, StandardCharsets.UTF_8), statement);
    }
  }

  /** A portal is executed; returns whether nothing may be sent before its reply is there. */
  boolean executed(ByteBuf in, int at, Segment segment) {
    SharedStatement statement = statements.isEmpty() ? null : find(in, at);
    if (statement == null) {
      return false;
    }
    int traits = statement.traits();
    segment.statement(statement.fingerprint(), traits);
    if ((traits & (Traits.SETTING | Traits.OPAQUE_SETTING)) != 0) {
      segment.setting(statement.text());
    }
    return (traits & (Traits.DEALLOCATE | Traits.DISCARD)) != 0;
  }

  private @Nullable SharedStatement find(ByteBuf in, int at) {
    int end = Statements.end(in, at, in.writerIndex());
    return statements.get(in.toString(at, end - at, StandardCharsets.UTF_8));
  }

  /** Portals end with their transaction. */
  void transactionEnded() {
    if (!statements.isEmpty()) {
      statements.clear();
    }
  }
}
