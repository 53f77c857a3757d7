package io.mamparo.model.yaml;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Bytes to text, with a position for whatever is not text. Stateless. */
public final class YamlText {
  /** More than any stack file needs. */
  public static final int MAX_BYTES = 1 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private YamlText() {}

  /**
   * Decodes UTF-8.
   *
   * @throws YamlError when it is too large, not UTF-8, or holds control characters
   */
  public static String decode(byte[] bytes) throws YamlError {
    if (bytes.length > MAX_BYTES) {
      throw new YamlError(1, 1, "the file is larger than 1 MiB");
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean malformed = decoder.decode(in, text, true).isError();
    String decoded = text.flip().toString();
    if (malformed) {
      throw at(decoded, decoded.length(), "the file is not UTF-8 from here on");
    }
    String withoutMark =
        !decoded.isEmpty() && decoded.charAt(0) == BYTE_ORDER_MARK ? decoded.substring(1) : decoded;
    checkPrintable(withoutMark);
    return withoutMark;
  }

  private static void checkPrintable(String text) throws YamlError {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = c < ' ' && c != '\t' && c != '\n' && c != '\r';
      if (control || c == '\u007f' || c == BYTE_ORDER_MARK || c == '\ufffe' || c == '\uffff') {
        throw at(text, i, String.format("a character that is no text: U+%04X", (int) c));
      }
    }
  }

  private static YamlError at(String text, int index, String message) {
    String before = text.substring(0, index);
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    int column = before.codePointCount(before.lastIndexOf('\n') + 1, index) + 1;
    return new YamlError(line, column, message);
  }
}
