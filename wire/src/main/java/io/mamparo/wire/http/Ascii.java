package io.mamparo.wire.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What bytes mean in HTTP, and finding them eight at a time. No state. */
public final class Ascii {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final boolean[] TOKEN = new boolean[256];
  private static final boolean[] TARGET = new boolean[256];
  private static final boolean[] AUTHORITY = new boolean[256];

  static {
    for (int c = '0'; c <= 'z'; c++) {
      boolean alphanumeric = Character.isLetterOrDigit(c);
      TOKEN[c] = alphanumeric;
      AUTHORITY[c] = alphanumeric;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
    for (char c : "-._~!$&'()*+,;=:[]%".toCharArray()) {
      AUTHORITY[c] = true;
    }
    for (int c = '!'; c <= '~'; c++) {
      TARGET[c] = c != '#' && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' && c != '`';
    }
  }

  private Ascii() {}

  static boolean token(byte b) {
    return TOKEN[b & 0xff];
  }

  static boolean target(byte b) {
    return TARGET[b & 0xff];
  }

  static boolean authority(byte b) {
    return AUTHORITY[b & 0xff];
  }

  /** The value of a hexadecimal digit, or -1. */
  public static int hex(int b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** The first line feed in {@code [from, to)}, or -1. */
  static int lineFeed(byte[] bytes, int from, int to) {
    int i = from;
    for (; i + 8 <= to; i += 8) {
      long x = (long) LONG.get(bytes, i) ^ (ONES * '\n');
      long hit = (x - ONES) & ~x & HIGHS;
      if (hit != 0) {
        return i + (Long.numberOfTrailingZeros(hit) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Whether a field value holds no control character other than a tab. */
  static boolean value(byte[] bytes, int from, int to) {
    int i = from;
    for (; i + 8 <= to; i += 8) {
      long x = (long) LONG.get(bytes, i);
      long control = (x - ONES * 0x20) & ~x & HIGHS;
      long del = x ^ (ONES * 0x7f);
      if ((control | ((del - ONES) & ~del & HIGHS)) != 0 && !valueSlowly(bytes, i, i + 8)) {
        return false;
      }
    }
    return valueSlowly(bytes, i, to);
  }

  private static boolean valueSlowly(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if ((b >= 0 && b < 0x20 && b != '\t') || b == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether it is a name in lower case, of a field or, with a colon before it, of a pseudo field.
   */
  public static boolean lowerName(byte[] bytes, int from, int to) {
    int start = from < to && bytes[from] == ':' ? from + 1 : from;
    for (int i = start; i < to; i++) {
      byte b = bytes[i];
      if (!token(b) || (b >= 'A' && b <= 'Z')) {
        return false;
      }
    }
    return start < to;
  }

  /** Whether it is a value without white space around it and without control characters. */
  public static boolean trimmedValue(byte[] bytes, int from, int to) {
    boolean trimmed = from == to || !(blank(bytes[from]) || blank(bytes[to - 1]));
    return trimmed && value(bytes, from, to);
  }

  static boolean digit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** Whether {@code [from, to)} can be an authority. */
  static boolean authority(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!authority(bytes[i])) {
        return false;
      }
    }
    return true;
  }

  /** Where what follows {@code http://} or {@code https://} begins, or -1. */
  static int afterScheme(byte[] b, int from, int to) {
    int i = from;
    while (i < to && lower(b[i]) >= 'a' && lower(b[i]) <= 'z') {
      i++;
    }
    boolean http = (i - from == 4 || i - from == 5) && lower(b[from]) == 'h';
    boolean slashes = i + 3 <= to && b[i] == ':' && b[i + 1] == '/' && b[i + 2] == '/';
    return http && slashes ? i + 3 : -1;
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Whether {@code [from, to)} is {@code lower}, which is in lower case, whatever its own case. */
  public static boolean same(byte[] bytes, int from, int to, byte[] lower) {
    if (to - from != lower.length) {
      return false;
    }
    for (int i = 0; i < lower.length; i++) {
      if (lower(bytes[from + i]) != lower[i]) {
        return false;
      }
    }
    return true;
  }

  static boolean same(byte[] bytes, int from, int to, int otherFrom, int otherTo) {
    if (to - from != otherTo - otherFrom) {
      return false;
    }
    for (int i = from, j = otherFrom; i < to; i++, j++) {
      if (lower(bytes[i]) != lower(bytes[j])) {
        return false;
      }
    }
    return true;
  }

  static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
  }

  /** A decimal number of 1 to 18 digits and nothing else; -1 for anything else. */
  public static long decimal(byte[] bytes, int from, int to) {
    if (to <= from || to - from > 18) {
      return -1;
    }
    long n = 0;
    for (int i = from; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      n = n * 10 + digit;
    }
    return n;
  }
}
