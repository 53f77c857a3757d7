package io.mamparo.dbproxy.admin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows under named columns, as a SHOW command answers them. Immutable.
 *
 * @param columns their names and types, in order
 * @param rows values in the order of the columns: text, numbers, or null
 */
record Table(List<Column> columns, List<List<@Nullable Object>> rows) {
  Table {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /** A column's type, by the object id of PostgreSQL's catalogue. */
  enum Kind {
    TEXT(25, -1),
    INT4(23, 4),
    INT8(20, 8),
    NUMERIC(1700, -1),
    FLOAT8(701, 8),
    BYTEA(17, -1);

    final int oid;
    final int size;

    Kind(int oid, int size) {
      this.oid = oid;
      this.size = size;
    }
  }

  /** One column. */
  record Column(String name, Kind kind) {}

  /**
   * Columns from their names; {@code name:i} is an int4, {@code :l} an int8, {@code :n} a numeric,
   * {@code :f} a float8, {@code :b} a bytea, and text is what nothing is said of.
   */
  static List<Column> columns(String names) {
    List<Column> columns = new ArrayList<>();
    for (String word : names.strip().split("\\s+")) {
      int colon = word.indexOf(':');
      String name = colon < 0 ? word : word.substring(0, colon);
      columns.add(new Column(name, kind(colon < 0 ? 't' : word.charAt(colon + 1))));
    }
    return columns;
  }

  private static Kind kind(char letter) {
    return switch (letter) {
      case 't' -> Kind.TEXT;
      case 'i' -> Kind.INT4;
      case 'l' -> Kind.INT8;
      case 'n' -> Kind.NUMERIC;
      case 'f' -> Kind.FLOAT8;
      case 'b' -> Kind.BYTEA;
      default -> throw new IllegalArgumentException("no type " + letter);
    };
  }

  /** A row of these values. */
  static List<@Nullable Object> row(@Nullable Object... values) {
    List<@Nullable Object> row = new ArrayList<>(values.length);
    for (Object value : values) {
      row.add(value);
    }
    return Collections.unmodifiableList(row);
  }
}
