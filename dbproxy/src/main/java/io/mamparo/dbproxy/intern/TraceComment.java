package io.mamparo.dbproxy.intern;

/**
 * The W3C trace context that sqlcommenter appends to a text: a last comment with {@code
 * traceparent='00-trace-span-flags'}. Owned by one event loop; a flyweight that holds what was read
 * last. Source: the sqlcommenter specification and W3C Trace Context, section 3.2.
 */
public final class TraceComment {
  private static final byte[] KEY = {
    't', 'r', 'a', 'c', 'e', 'p', 'a', 'r', 'e', 'n', 't', '=', '\''
  };
  private static final int VALUE = 2 + 1 + 32 + 1 + 16 + 1 + 2;
  private static final int LONGEST = 1_024;

  private boolean found;
  private long high;
  private long low;
  private long span;
  private boolean sampled;

  /**
   * Looks at the end of a text.
   *
   * @return where the text ends without the comment; {@code to} when there is no such comment
   */
  public int read(byte[] text, int from, int to) {
    found = false;
    int end = to;
    while (end > from && ((text[end - 1] <= ' ' && text[end - 1] >= 0) || text[end - 1] == ';')) {
      end--;
    }
    if (end - from < KEY.length + VALUE + 4 || text[end - 1] != '/' || text[end - 2] != '*') {
      return to;
    }
    int start = open(text, Math.max(from, end - LONGEST), end - 2);
    if (start < 0 || !value(text, start, end - 2)) {
      return to;
    }
    return end == to ? trimmed(text, from, start) : to;
  }

  private static int trimmed(byte[] text, int from, int to) {
    int end = to;
    while (end > from && text[end - 1] == ' ') {
      end--;
    }
    return end;
  }

  /** Where the comment that ends at {@code end} begins; -1 when it is nested or too long. */
  private static int open(byte[] text, int from, int end) {
    for (int i = end - 2; i >= from; i--) {
      if (text[i] == '/' && text[i + 1] == '*') {
        return i;
      }
      if (text[i] == '*' && text[i + 1] == '/') {
        return -1;
      }
    }
    return -1;
  }

  private boolean value(byte[] text, int from, int to) {
    for (int i = from; i + KEY.length + VALUE <= to; i++) {
      if (text[i] == 't' && java.util.Arrays.equals(text, i, i + KEY.length, KEY, 0, KEY.length)) {
        return parse(text, i + KEY.length);
      }
    }
    return false;
  }

  private boolean parse(byte[] text, int at) {
    if (text[at + 2] != '-' || text[at + 35] != '-' || text[at + 52] != '-') {
      return false;
    }
    found =
        hex(text, at, 2)
            && hex(text, at + 3, 32)
            && hex(text, at + 36, 16)
            && hex(text, at + 53, 2)
            && number(text, at, 2) != 0xff;
    if (found) {
      high = number(text, at + 3, 16);
      low = number(text, at + 19, 16);
      span = number(text, at + 36, 16);
      sampled = (number(text, at + 53, 2) & 1) != 0;
      found = (high | low) != 0 && span != 0;
    }
    return found;
  }

  private static boolean hex(byte[] text, int at, int length) {
    for (int i = at; i < at + length; i++) {
      boolean digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
      if (!digit) {
        return false;
      }
    }
    return true;
  }

  private static long number(byte[] text, int at, int length) {
    long value = 0;
    for (int i = at; i < at + length; i++) {
      value = value << 4 | (text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    }
    return value;
  }

  /** Forgets what was read. */
  public void clear() {
    found = false;
  }

  /** Whether the last text had one; the other values mean nothing otherwise. */
  public boolean found() {
    return found;
  }

  /** Upper half of the trace id. */
  public long high() {
    return high;
  }

  /** Lower half of the trace id. */
  public long low() {
    return low;
  }

  /** The caller's span id. */
  public long span() {
    return span;
  }

  /** Whether the caller keeps the trace. */
  public boolean sampled() {
    return sampled;
  }
}
