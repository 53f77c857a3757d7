package io.mamparo.wire.pg;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** How strings and lengths stand on the wire. Safe for use by several threads. */
final class Wire {
  private Wire() {}

  /** Writes a type and room for the length; returns where the length stands. */
  static int begin(ByteBuf out, byte type) {
    out.writeByte(type);
    int start = out.writerIndex();
    out.writeInt(0);
    return start;
  }

  /** Fills the length in. */
  static void end(ByteBuf out, int start) {
    out.setInt(start, out.writerIndex() - start);
  }

  /** A string and its final zero. */
  static void string(ByteBuf out, String value) {
    out.writeCharSequence(value, StandardCharsets.UTF_8);
    out.writeByte(0);
  }
}
