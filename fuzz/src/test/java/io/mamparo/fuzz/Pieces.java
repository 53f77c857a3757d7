package io.mamparo.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bytes cut as a network may cut them. Stateless. */
public final class Pieces {
  private Pieces() {}

  /** All but the first byte, which says how they are cut. */
  public static byte[] rest(byte[] data) {
    return Arrays.copyOfRange(data, Math.min(1, data.length), data.length);
  }

  /** The bytes in one piece. */
  public static List<byte[]> whole(byte[] bytes) {
    return List.of(bytes);
  }

  /**
   * The bytes in pieces.
   *
   * @param how 0 for single bytes; others for pieces of 1 to so many bytes
   */
  public static List<byte[]> cut(byte[] bytes, byte how) {
    int most = 1 + (how & 0xff);
    Random random = new Random(how);
    List<byte[]> pieces = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int n = Math.min(bytes.length - at, 1 + random.nextInt(most));
      pieces.add(Arrays.copyOfRange(bytes, at, at + n));
      at += n;
    }
    return pieces;
  }

  /**
   * Fails unless both outcomes are the same.
   *
   * @param whole of the bytes in one piece
   * @param pieces of the same bytes in several
   */
  public static void same(Object whole, Object pieces) {
    if (!whole.equals(pieces)) {
      throw new AssertionError("whole: " + whole + "\nin pieces: " + pieces);
    }
  }

  /** Fails unless a fact holds. */
  public static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
