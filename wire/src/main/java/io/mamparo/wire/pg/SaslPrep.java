package io.mamparo.wire.pg;

import java.text.Normalizer;

/**
 * SASLprep (RFC 4013), the profile of stringprep for passwords. As in PostgreSQL, a password that
 * the profile prohibits is used as it is. Safe for use by several threads.
 */
public final class SaslPrep {
  private SaslPrep() {}

  /** The prepared password, or the password itself when it has prohibited characters. */
  public static String prepare(String password) {
    if (password.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      return password;
    }
    StringBuilder mapped = new StringBuilder();
    password
        .codePoints()
        .filter(c -> !mappedToNothing(c))
        .map(c -> isSpace(c) ? ' ' : c)
        .forEach(mapped::appendCodePoint);
    String normal = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    boolean allowed =
        !normal.isEmpty() && normal.codePoints().noneMatch(SaslPrep::prohibited) && bidi(normal);
    return allowed ? normal : password;
  }

  /** Table B.1. */
  private static boolean mappedToNothing(int c) {
    return c == 0xad
        || c == 0x34f
        || c == 0x1806
        || (c >= 0x180b && c <= 0x180d)
        || (c >= 0x200b && c <= 0x200d)
        || c == 0x2060
        || (c >= 0xfe00 && c <= 0xfe0f)
        || c == 0xfeff;
  }

  /** Table C.1.2; U+200B stands in B.1 as well, which goes first. */
  private static boolean isSpace(int c) {
    return c != ' ' && Character.getType(c) == Character.SPACE_SEPARATOR;
  }

  /** Tables C.2 to C.9 and A.1, the unassigned. */
  private static boolean prohibited(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c)
        || type == Character.UNASSIGNED
        || type == Character.PRIVATE_USE
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.FORMAT
        || (c >= 0x340 && c <= 0x341)
        || (c >= 0xfff9 && c <= 0xfffd)
        || (c >= 0x2ff0 && c <= 0x2ffb);
  }

  /** Section 3 of RFC 3454, part 6: right-to-left text stands alone, at both ends. */
  private static boolean bidi(String text) {
    if (text.codePoints().noneMatch(SaslPrep::rightToLeft)) {
      return true;
    }
    return text.codePoints()
            .noneMatch(
                c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT)
        && rightToLeft(text.codePointAt(0))
        && rightToLeft(text.codePointBefore(text.length()));
  }

  private static boolean rightToLeft(int c) {
    byte direction = Character.getDirectionality(c);
    return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
        || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
  }
}
