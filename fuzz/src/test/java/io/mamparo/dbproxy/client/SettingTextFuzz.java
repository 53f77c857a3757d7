package io.mamparo.dbproxy.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.dbproxy.intern.Texts;
import java.util.List;
import java.util.Map;

/**
 * Texts that a session reads for their meaning: SET, DEALLOCATE, options. What stands between two
 * zero bytes is repeated, so that long texts are tried, too. Run by Jazzer.
 */
public final class SettingTextFuzz {
  private SettingTextFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        "\1set a = 'b'; reset c; set session d to e, \"f\"; set role none".getBytes(UTF_8),
        "\2set a = '\0b\0'".getBytes(UTF_8),
        "\3/* \0a\0 */ set time zone 'b' -- c".getBytes(UTF_8),
        "\4deallocate prepare \"\0a\0\"".getBytes(UTF_8),
        "\5-c a=b --c-d=e\\ f".getBytes(UTF_8));
  }

  /** One text; the first byte says how often its middle is repeated. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    String text = new String(data, 1, data.length - 1, UTF_8);
    int first = text.indexOf('\0');
    int second = text.indexOf('\0', first + 1);
    if (first >= 0 && second > first + 1) {
      int most = Texts.WHOLE / (second - first);
      text =
          text.substring(0, first)
              + text.substring(first + 1, second).repeat(Math.min(most, (data[0] & 0xff) << 8))
              + text.substring(second + 1);
    }
    SettingText.read(text);
    new Deallocation(new Named()).read(text);
    StartupOptions.read(Map.of("user", "me", "options", text, "application_name", text));
  }
}
