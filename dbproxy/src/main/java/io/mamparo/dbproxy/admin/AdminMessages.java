package io.mamparo.dbproxy.admin;

import io.mamparo.dbproxy.admin.Table.Column;
import io.mamparo.dbproxy.admin.Table.Kind;
import io.mamparo.wire.pg.Backend;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a table stands on the wire, as text or binary. Source: PostgreSQL documentation, chapter
 * Message Formats, and the send functions of its types. Stateless.
 */
final class AdminMessages {
  private static final int NUMERIC_BASE = 10_000;

  private AdminMessages() {}

  /** What the columns are; {@code binary} says how each comes. */
  static void rowDescription(ByteBuf out, List<Column> columns, boolean[] binary) {
    int start = begin(out, Backend.ROW_DESCRIPTION);
    out.writeShort(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      string(out, column.name());
      out.writeInt(0).writeShort(0);
      out.writeInt(column.kind().oid).writeShort(column.kind().size).writeInt(-1);
      out.writeShort(binary[i] ? 1 : 0);
    }
    end(out, start);
  }

  static void dataRow(
      ByteBuf out, List<Column> columns, List<@Nullable Object> row, boolean[] binary) {
    int start = begin(out, Backend.DATA_ROW);
    out.writeShort(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.get(i);
      if (value == null) {
        out.writeInt(-1);
        continue;
      }
      int at = out.writerIndex();
      out.writeInt(0);
      if (binary[i]) {
        binary(out, columns.get(i).kind(), value);
      } else {
        out.writeCharSequence(value.toString(), StandardCharsets.UTF_8);
      }
      out.setInt(at, out.writerIndex() - at - 4);
    }
    end(out, start);
  }

  private static void binary(ByteBuf out, Kind kind, Object value) {
    switch (kind) {
      case TEXT, BYTEA -> out.writeCharSequence(value.toString(), StandardCharsets.UTF_8);
      case INT4 -> out.writeInt(((Number) value).intValue());
      case INT8 -> out.writeLong(((Number) value).longValue());
      case FLOAT8 -> out.writeDouble(((Number) value).doubleValue());
      case NUMERIC -> numeric(out, ((Number) value).longValue());
    }
  }

  /** Digits to the base of 10,000, the highest first; only whole numbers of 0 and more. */
  private static void numeric(ByteBuf out, long value) {
    int digits = 0;
    for (long rest = value; rest > 0; rest /= NUMERIC_BASE) {
      digits++;
    }
    out.writeShort(digits).writeShort(Math.max(0, digits - 1)).writeShort(0).writeShort(0);
    for (int i = digits - 1; i >= 0; i--) {
      long power = 1;
      for (int j = 0; j < i; j++) {
        power *= NUMERIC_BASE;
      }
      out.writeShort((int) (value / power % NUMERIC_BASE));
    }
  }

  static void parameterDescription(ByteBuf out) {
    out.writeByte(Backend.PARAMETER_DESCRIPTION).writeInt(6).writeShort(0);
  }

  /** A notice of the console. */
  static void notice(ByteBuf out, String message, String detail) {
    int start = begin(out, Backend.NOTICE_RESPONSE);
    field(out, 'S', "NOTICE");
    field(out, 'V', "NOTICE");
    field(out, 'C', "00000");
    field(out, 'M', message);
    field(out, 'D', detail);
    out.writeByte(0);
    end(out, start);
  }

  private static void field(ByteBuf out, char code, String value) {
    out.writeByte(code);
    string(out, value);
  }

  private static int begin(ByteBuf out, byte type) {
    out.writeByte(type);
    int start = out.writerIndex();
    out.writeInt(0);
    return start;
  }

  private static void end(ByteBuf out, int start) {
    out.setInt(start, out.writerIndex() - start);
  }

  private static void string(ByteBuf out, String value) {
    out.writeCharSequence(value, StandardCharsets.UTF_8);
    out.writeByte(0);
  }
}
