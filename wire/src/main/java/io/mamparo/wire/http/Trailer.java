package io.mamparo.wire.http;

import java.util.Arrays;

/**
 * The fields after a body, as lines {@code name: value CRLF}. Reused from message to message; owned
 * by one loop.
 */
public final class Trailer {
  private static final byte[] COLON = {':', ' '};
  private static final byte[] CRLF = {'\r', '\n'};
  private static final int SMALL = 512;

  /** Fields that are about the whole message, and would lead astray whoever merges them. */
  private static final long EARLY = ~Field.set(Field.OTHER, Field.GRPC_STATUS);

  private byte[] bytes = {};
  private int length;
  private boolean refused;

  /** Forgets it. */
  public void reset() {
    length = 0;
    refused = false;
    if (bytes.length > SMALL) {
      bytes = new byte[0];
    }
  }

  /** Whether there is none. */
  public boolean empty() {
    return length == 0;
  }

  /** The lines. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes they have. */
  public int length() {
    return length;
  }

  /** Whether a field was among them that must not be, or they are too long. */
  public boolean refused() {
    return refused;
  }

  void add(byte b) {
    ensure(1);
    bytes[length++] = b;
  }

  /** Adds a field whose value follows its name. */
  public void field(byte[] b, int at, int name, int value, Field known, boolean sound) {
    boolean fits = length + name + value < Chunks.MOST_TRAILER;
    if (!sound || b[at] == ':' || !fits || (known.bit() & EARLY) != 0) {
      refused = true;
      return;
    }
    add(b, at, name);
    add(COLON, 0, 2);
    add(b, at + name, value);
    add(CRLF, 0, 2);
  }

  private void add(byte[] b, int at, int n) {
    ensure(n);
    System.arraycopy(b, at, bytes, length, n);
    length += n;
  }

  private void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.max(128, bytes.length * 2)));
    }
  }

  /** The value of a field with this name in lower case, as a number; -1 without one. */
  public long number(byte[] lower) {
    int from = 0;
    while (from < length) {
      int colon = from;
      while (bytes[colon] != ':') {
        colon++;
      }
      int end = colon;
      while (bytes[end] != '\n') {
        end++;
      }
      if (Ascii.same(bytes, from, colon, lower)) {
        int start = colon + 1;
        int stop = end - 1;
        while (start < stop && bytes[start] == ' ') {
          start++;
        }
        return Ascii.decimal(bytes, start, stop);
      }
      from = end + 1;
    }
    return -1;
  }
}
