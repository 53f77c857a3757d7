package io.mamparo.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes.
 *
 * @param bytes not negative
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s?(B|[kKMGT]i?B)");
  private static final String UNITS = "KMGT";

  public ByteSize {
    Require.that(bytes >= 0, "a size must not be negative");
  }

  /** So many KiB. */
  public static ByteSize kib(long count) {
    return new ByteSize(count << 10);
  }

  /** So many MiB. */
  public static ByteSize mib(long count) {
    return new ByteSize(count << 20);
  }

  /** So many GiB. */
  public static ByteSize gib(long count) {
    return new ByteSize(count << 30);
  }

  /**
   * Reads {@code 64KiB} (1024) or {@code 64KB} (1000); units up to TiB and TB.
   *
   * @throws IllegalArgumentException when it is written in another way or is larger than 8 EiB
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text);
    Require.that(matcher.matches(), "expected a size such as 512KiB, 64MiB or 1GiB");
    String unit = matcher.group(2);
    int power = UNITS.indexOf(Character.toUpperCase(unit.charAt(0))) + 1;
    long factor = 1;
    for (int i = 0; i < power; i++) {
      factor *= unit.length() == 3 ? 1024 : 1000;
    }
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a size is at most 8 EiB", e);
    }
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /**
   * As it is written in a stack file, in the largest binary unit that divides it: {@code 64KiB}.
   */
  @Override
  public String toString() {
    long value = bytes;
    int power = 0;
    while (value != 0 && value % 1024 == 0 && power < UNITS.length()) {
      value /= 1024;
      power++;
    }
    return value + (power == 0 ? "B" : UNITS.charAt(power - 1) + "iB");
  }
}
