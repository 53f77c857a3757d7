package io.mamparo.dbproxy;

import io.mamparo.wire.pg.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Builds a stretch of frontend messages and counts the ReadyForQuery they will get. */
final class Script {
  private final ByteBuf bytes = Unpooled.buffer();
  private final StringBuilder text = new StringBuilder();
  private int readies;

  Script query(String sql) {
    note("Query(" + sql + ")");
    Frontend.query(bytes, sql);
    readies++;
    return this;
  }

  Script parse(String name, String sql, int... types) {
    note("Parse(" + name + "," + sql + ")");
    return message(
        'P',
        () -> {
          string(name);
          string(sql);
          bytes.writeShort(types.length);
          for (int type : types) {
            bytes.writeInt(type);
          }
        });
  }

  Script bind(String portal, String name, String... values) {
    note("Bind(" + portal + "," + name + ")");
    return message(
        'B',
        () -> {
          string(portal);
          string(name);
          bytes.writeShort(0).writeShort(values.length);
          for (String value : values) {
            byte[] data = value.getBytes(StandardCharsets.UTF_8);
            bytes.writeInt(data.length).writeBytes(data);
          }
          bytes.writeShort(0);
        });
  }

  Script describe(char kind, String name) {
    note("Describe(" + kind + name + ")");
    return message(
        'D',
        () -> {
          bytes.writeByte(kind);
          string(name);
        });
  }

  Script close(char kind, String name) {
    note("Close(" + kind + name + ")");
    return message(
        'C',
        () -> {
          bytes.writeByte(kind);
          string(name);
        });
  }

  Script execute(String portal, int rows) {
    note("Execute(" + portal + ")");
    return message(
        'E',
        () -> {
          string(portal);
          bytes.writeInt(rows);
        });
  }

  Script sync() {
    note("Sync");
    readies++;
    return message('S', () -> {});
  }

  Script flush() {
    note("Flush");
    return message('H', () -> {});
  }

  Script copyData(String data) {
    note("CopyData");
    return message('d', () -> bytes.writeCharSequence(data, StandardCharsets.UTF_8));
  }

  Script copyDone() {
    note("CopyDone");
    return message('c', () -> {});
  }

  Script copyFail(String reason) {
    note("CopyFail");
    return message('f', () -> string(reason));
  }

  /** One Sync or Query fewer will be answered, as copy mode swallows it. */
  Script unanswered() {
    readies--;
    return this;
  }

  private Script message(char type, Runnable body) {
    bytes.writeByte(type);
    int start = bytes.writerIndex();
    bytes.writeInt(0);
    body.run();
    bytes.setInt(start, bytes.writerIndex() - start);
    return this;
  }

  private void string(String value) {
    bytes.writeCharSequence(value, StandardCharsets.UTF_8);
    bytes.writeByte(0);
  }

  private void note(String message) {
    text.append(text.isEmpty() ? "" : " ").append(message);
  }

  byte[] bytes() {
    return RawClient.bytes(bytes.duplicate());
  }

  int readies() {
    return readies;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
