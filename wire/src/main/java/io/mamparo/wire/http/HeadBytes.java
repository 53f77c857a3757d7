package io.mamparo.wire.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The bytes of one head as they arrive, cut into lines. Owned by one loop.
 *
 * <p>Heads are copied into an array once, because the parser runs over an array several times as
 * fast as over a buffer, and because a head must outlive its buffer for another try.
 */
final class HeadBytes {
  private static final int SMALL = 1024;
  private static final int KEEP = 8 * 1024;
  private static final int NO_LINE = -1;

  byte[] bytes = new byte[SMALL];
  int length;

  /** Where the line that is being looked for begins. */
  int line;

  private int scanned;

  void reset() {
    length = 0;
    line = 0;
    scanned = 0;
    if (bytes.length > KEEP) {
      bytes = new byte[SMALL];
    }
  }

  /**
   * Takes some of what is readable, up to {@code limit} bytes in all; false if there is no room.
   */
  boolean pull(ByteBuf in, int limit) {
    int room = limit - length;
    if (room == 0) {
      return false;
    }
    int n = Math.min(Math.min(in.readableBytes(), SMALL), room);
    if (length + n > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + n, bytes.length * 2));
    }
    in.readBytes(bytes, length, n);
    length += n;
    return true;
  }

  /** Makes room for {@code size} bytes in all, beyond those that arrived. */
  void ensure(int size) {
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size, bytes.length * 2));
    }
  }

  /** Appends bytes, and says where they begin. */
  int append(byte[] from, int at, int n) {
    int start = length;
    ensure(start + n);
    System.arraycopy(from, at, bytes, start, n);
    length = start + n;
    return start;
  }

  /** The index of the line feed that ends the line, or -1 when it has not arrived. */
  int lineFeed() {
    int lf = Ascii.lineFeed(bytes, Math.max(scanned, line), length);
    scanned = lf < 0 ? length : lf + 1;
    return lf < 0 ? NO_LINE : lf;
  }

  /** Goes to the line after this line feed. */
  void next(int lf) {
    line = lf + 1;
  }

  /** Gives back what was taken beyond the head's end; it came from {@code in} just now. */
  void giveBack(ByteBuf in) {
    in.readerIndex(in.readerIndex() - (length - line));
    length = line;
  }
}
