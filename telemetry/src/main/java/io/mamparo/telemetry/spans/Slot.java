package io.mamparo.telemetry.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * How a finished span lies in 24 longs. Stateless.
 *
 * <pre>
 * 0 trace id, upper half    4 start, epoch ns   8 seven attribute codes, a byte each, lowest first
 * 1 trace id, lower half    5 duration, ns      9-15 their values
 * 2 span id                 6 kind | flags &lt;&lt; 8 | status &lt;&lt; 16 | service &lt;&lt; 32
 * 3 parent's span id        7 name | peer &lt;&lt; 32         16-23 length and up to 63 bytes of text
 * </pre>
 */
public final class Slot {
  /** Longs of a slot. */
  public static final int LENGTH = 24;

  /** Attributes of a span; more are left out. */
  public static final int ATTRIBUTES = 7;

  /** Bytes of a span's text; the rest is cut off. */
  public static final int TEXT_BYTES = 63;

  static final int TRACE_HI = 0;
  static final int TRACE_LO = 1;
  static final int SPAN = 2;
  static final int PARENT = 3;
  static final int START = 4;
  static final int DURATION = 5;
  static final int META = 6;
  static final int NAMES = 7;
  static final int CODES = 8;
  static final int VALUES = 9;
  static final int TEXT = 16;

  static final int ERROR = 1;
  static final int ENTRY = 2;
  static final int SAMPLED = 4;
  static final int HEAD_SAMPLED = 8;
  static final int ALONE = 16;

  private Slot() {}

  static long meta(int kind, int flags, int status, int service) {
    return (kind & 0xffL)
        | ((flags & 0xffL) << 8)
        | ((status & 0xffffL) << 16)
        | ((long) service << 32);
  }

  static int kind(long meta) {
    return (int) meta & 0xff;
  }

  static int flags(long meta) {
    return (int) (meta >>> 8) & 0xff;
  }

  static int status(long meta) {
    return (int) (meta >>> 16) & 0xffff;
  }

  static int service(long meta) {
    return (int) (meta >>> 32);
  }

  static int name(long names) {
    return (int) names;
  }

  static int peer(long names) {
    return (int) (names >>> 32);
  }

  /** The value of an attribute, or {@code otherwise}. */
  static long attribute(long[] slots, int at, int code, long otherwise) {
    long codes = slots[at + CODES];
    for (int i = 0; i < ATTRIBUTES; i++) {
      if (((codes >>> (8 * i)) & 0xff) == code) {
        return slots[at + VALUES + i];
      }
    }
    return otherwise;
  }

  static void putText(long[] slots, int at, CharSequence text) {
    int length = Math.min(TEXT_BYTES, text.length());
    long word = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      long b = c < 0x20 || c > 0x7e ? '?' : c;
      int position = i + 1;
      word |= b << (8 * (position & 7));
      if ((position & 7) == 7) {
        slots[at + TEXT + (position >>> 3)] = word;
        word = 0;
      }
    }
    if ((length & 7) != 7) {
      slots[at + TEXT + (length >>> 3)] = word;
    }
  }

  static String text(long[] slots, int at) {
    int length = (int) slots[at + TEXT] & 0xff;
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      int position = i + 1;
      bytes[i] = (byte) (slots[at + TEXT + (position >>> 3)] >>> (8 * (position & 7)));
    }
    return new String(bytes, ISO_8859_1);
  }
}
