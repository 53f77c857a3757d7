package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.server.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings in a start-up packet: its parameters, and {@code -c name=value} or {@code
 * --name=value} in its {@code options}. Safe for use by several threads.
 */
final class StartupOptions {
  private static final Set<String> NO_SETTINGS =
      Set.of("user", "database", "options", "replication");

  private StartupOptions() {}

  /**
   * The settings asked for.
   *
   * @return null when the options hold something else than settings
   */
  static @Nullable Settings read(Map<String, String> parameters) {
    Map<String, String> values = new HashMap<>();
    List<String> words = words(parameters.getOrDefault("options", ""));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String setting;
      if (word.equals("-c") && i + 1 < words.size()) {
        setting = words.get(++i);
      } else if (word.startsWith("-c")) {
        setting = word.substring(2);
      } else if (word.startsWith("--")) {
        setting = word.substring(2);
      } else {
        return null;
      }
      int equals = setting.indexOf('=');
      if (equals < 1) {
        return null;
      }
      values.put(
          setting.substring(0, equals).replace('-', '_').toLowerCase(java.util.Locale.ROOT),
          setting.substring(equals + 1));
    }
    parameters.forEach(
        (name, value) -> {
          if (!NO_SETTINGS.contains(name) && !name.startsWith("_pq_.")) {
            values.put(name.toLowerCase(java.util.Locale.ROOT), value);
          }
        });
    return Settings.of(values);
  }

  /** Words parted by spaces, where a backslash takes the next character as it is. */
  private static List<String> words(String options) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < options.length(); i++) {
      char c = options.charAt(i);
      if (c == '\\' && i + 1 < options.length()) {
        word.append(options.charAt(++i));
      } else if (Character.isWhitespace(c)) {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
      } else {
        word.append(c);
      }
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }
}
