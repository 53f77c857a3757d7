package io.mamparo.telemetry.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.telemetry.histogram.Varint;

/** Reads what {@link Out} wrote. Belongs to one thread. */
final class In {
  private final byte[] bytes;
  private final long[] read = new long[1];
  private int at;

  In(byte[] bytes) {
    this.bytes = bytes;
  }

  long number() {
    at = Varint.read(bytes, at, read);
    return read[0];
  }

  int small() {
    return (int) number();
  }

  long signed() {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  long fixed() {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = (value << 8) | (bytes[at++] & 0xff);
    }
    return value;
  }

  String text() {
    int length = small();
    String text = new String(bytes, at, length, UTF_8);
    at += length;
    return text;
  }
}
