package io.mamparo.telemetry.histogram;

/** Integers of variable length, seven bits a byte, lowest first (as protocol buffers). */
public final class Varint {
  private Varint() {}

  /** Writes a value that is taken as unsigned; returns the position after it. */
  public static int write(byte[] to, int at, long value) {
    int position = at;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      to[position++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    to[position++] = (byte) rest;
    return position;
  }

  /** Reads a value into {@code result[0]}; returns the position after it. */
  public static int read(byte[] from, int at, long[] result) {
    long value = 0;
    int position = at;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = from[position++];
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        result[0] = value;
        return position;
      }
    }
    throw new IllegalArgumentException("integer too long");
  }
}
