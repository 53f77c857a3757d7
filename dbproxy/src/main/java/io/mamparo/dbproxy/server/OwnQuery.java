package io.mamparo.dbproxy.server;

import io.mamparo.wire.pg.ErrorFields;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the last query of the proxy's own has brought. Owned by one event loop. */
final class OwnQuery {
  private static final int MOST_ROWS = 2_000;

  private @Nullable ErrorFields error;
  private List<@Nullable String[]> rows = List.of();

  void begin() {
    error = null;
    rows = List.of();
  }

  /** The error; null when it went well. */
  @Nullable ErrorFields error() {
    return error;
  }

  void failed(ErrorFields fields) {
    error = fields;
  }

  /** The rows as text; null for NULL. */
  List<@Nullable String[]> rows() {
    return rows;
  }

  /** A DataRow lies at {@code at}; it goes to nobody. */
  boolean row(ByteBuf in, int at) {
    if (rows.isEmpty()) {
      rows = new ArrayList<>();
    }
    if (rows.size() == MOST_ROWS) {
      return false;
    }
    @Nullable String[] row = new @Nullable String[in.getShort(at + 5)];
    int from = at + 7;
    for (int i = 0; i < row.length; i++) {
      int length = in.getInt(from);
      from += 4;
      if (length >= 0) {
        row[i] = in.toString(from, length, StandardCharsets.UTF_8);
        from += length;
      }
    }
    rows.add(row);
    return false;
  }
}
