package io.mamparo.wire.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** A head being written, in an array that is reused. Owned by one loop. */
public final class HeadWriter {
  private static final byte[] DIGITS = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private byte[] bytes = new byte[4096];
  private int length;

  /** Begins anew. */
  public HeadWriter reset() {
    length = 0;
    return this;
  }

  /** How many bytes there are. */
  public int length() {
    return length;
  }

  /** Appends bytes. */
  public HeadWriter add(byte[] text) {
    return add(text, 0, text.length);
  }

  /** Appends {@code [from, to)}. */
  public HeadWriter add(byte[] text, int from, int to) {
    int n = to - from;
    ensure(n);
    System.arraycopy(text, from, bytes, length, n);
    length += n;
    return this;
  }

  /** Appends one byte. */
  public HeadWriter add(char c) {
    ensure(1);
    bytes[length++] = (byte) c;
    return this;
  }

  /** Appends 16 hexadecimal digits. */
  public HeadWriter hex(long value) {
    return hex(value, 16);
  }

  /** Appends the lowest {@code digits} hexadecimal digits. */
  public HeadWriter hex(long value, int digits) {
    ensure(digits);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      bytes[length++] = DIGITS[(int) (value >>> shift) & 15];
    }
    return this;
  }

  /** Appends a number that is not negative, in decimal digits. */
  public HeadWriter decimal(long value) {
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    ensure(digits);
    int at = length + digits;
    long rest = value;
    do {
      bytes[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    length += digits;
    return this;
  }

  /** Appends the fields that are not in a set, without the empty line. */
  public HeadWriter fields(Fields fields, long dropped) {
    int i = 0;
    int count = fields.count();
    if (!fields.hasAny(dropped)) {
      return count == 0 ? this : add(fields.bytes(), fields.lineStart(0), fields.end());
    }
    while (i < count) {
      if ((fields.bit(i) & dropped) != 0) {
        i++;
        continue;
      }
      int from = fields.lineStart(i);
      while (i < count && (fields.bit(i) & dropped) == 0) {
        i++;
      }
      add(fields.bytes(), from, fields.lineEnd(i - 1));
    }
    return this;
  }

  /** What there is, copied. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** The array with {@link #length} bytes of what there is; valid until the next change. */
  public byte[] array() {
    return bytes;
  }

  /** Writes what there is to a buffer. */
  public void to(ByteBuf out) {
    out.writeBytes(bytes, 0, length);
  }

  /** Writes what there is over bytes of a buffer, from {@code index} on. */
  public void to(ByteBuf over, int index) {
    over.setBytes(index, bytes, 0, length);
  }

  private void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
