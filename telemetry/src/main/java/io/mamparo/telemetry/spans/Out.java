package io.mamparo.telemetry.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.telemetry.histogram.Varint;
import java.util.Arrays;

/** Bytes that grow as they are written. Belongs to one thread. */
final class Out {
  private byte[] bytes = new byte[512];
  private int size;

  private void room(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }

  Out number(long value) {
    room(10);
    size = Varint.write(bytes, size, value);
    return this;
  }

  /** Small whether positive or negative. */
  Out signed(long value) {
    return number((value << 1) ^ (value >> 63));
  }

  Out fixed(long value) {
    room(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
    return this;
  }

  Out text(String text) {
    byte[] encoded = text.getBytes(UTF_8);
    number(encoded.length);
    room(encoded.length);
    System.arraycopy(encoded, 0, bytes, size, encoded.length);
    size += encoded.length;
    return this;
  }

  Out append(Out other) {
    room(other.size);
    System.arraycopy(other.bytes, 0, bytes, size, other.size);
    size += other.size;
    return this;
  }

  void clear() {
    size = 0;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
