package io.mamparo.wire.http2;

import java.util.Arrays;

/** A header block being written, in an array that is reused. Owned by one loop. */
public final class Block {
  byte[] bytes = new byte[1024];
  int length;

  /** Begins anew. */
  public Block reset() {
    length = 0;
    return this;
  }

  /** How many bytes there are. */
  public int length() {
    return length;
  }

  /** The bytes; may be replaced while the block grows. */
  public byte[] bytes() {
    return bytes;
  }

  void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }

  void add(int b) {
    bytes[length++] = (byte) b;
  }

  /** Appends a number with a prefix of so many bits, under what {@code first} has already. */
  void number(int first, int bits, int n) {
    ensure(6);
    int mask = (1 << bits) - 1;
    if (n < mask) {
      add(first | n);
      return;
    }
    add(first | mask);
    int rest = n - mask;
    while (rest >= 0x80) {
      add((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    add(rest);
  }

  /** Appends a string as it is. */
  void string(byte[] text, int from, int to) {
    number(0, 7, to - from);
    ensure(to - from);
    System.arraycopy(text, from, bytes, length, to - from);
    length += to - from;
  }
}
