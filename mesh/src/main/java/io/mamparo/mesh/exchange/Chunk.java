package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.http.Trailer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/** The frame of a chunk (RFC 9112, 7.1), for bodies that came without. No state. */
final class Chunk {
  /** What stands behind a chunk's data. */
  static final ByteBuf END_OF_DATA =
      Unpooled.unreleasableBuffer(Unpooled.directBuffer(2).writeByte('\r').writeByte('\n'));

  private static final byte[] LAST = "0\r\n".getBytes(US_ASCII);
  private static final int LONGEST_SIZE = 8 + 2;

  private Chunk() {}

  /** What stands before a chunk's data. */
  static ByteBuf header(ByteBufAllocator alloc, int size) {
    ByteBuf out = alloc.directBuffer(LONGEST_SIZE);
    int shift = (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size | 1)) / 4 * 4;
    for (; shift >= 0; shift -= 4) {
      out.writeByte(Character.forDigit((size >>> shift) & 15, 16));
    }
    return out.writeByte('\r').writeByte('\n');
  }

  /** The end of a body, with its trailers. */
  static ByteBuf last(ByteBufAllocator alloc, Trailer trailer) {
    return alloc
        .directBuffer(LAST.length + trailer.length() + 2)
        .writeBytes(LAST)
        .writeBytes(trailer.bytes(), 0, trailer.length())
        .writeByte('\r')
        .writeByte('\n');
  }
}
