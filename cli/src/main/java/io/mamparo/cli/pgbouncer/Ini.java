package io.mamparo.cli.pgbouncer;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * PgBouncer's configuration file, cut into entries. Immutable. Source: PgBouncer's documentation,
 * chapter "Configuration file".
 *
 * @param entries in the order of the file, those of included files in their place
 */
record Ini(List<Entry> entries) {
  private static final int DEEPEST = 10;

  Ini {
    entries = List.copyOf(entries);
  }

  /**
   * One line {@code key = value}.
   *
   * @param place file and line, for messages
   */
  record Entry(String section, String key, String value, String place) {}

  /**
   * Reads a file and what it includes.
   *
   * @throws Problem when one cannot be read or has a line that is no entry
   */
  static Ini read(Path file) {
    Reader reader = new Reader();
    reader.read(file, 0);
    return new Ini(reader.entries);
  }

  private static final class Reader {
    private final List<Entry> entries = new ArrayList<>();
    private String section = "";

    void read(Path file, int depth) {
      if (depth > DEEPEST) {
        throw new Problem(file.toString(), "includes are nested too deep", "remove the circle");
      }
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        line(lines.get(i).strip(), file, file.getFileName() + ":" + (i + 1), depth);
      }
    }

    private void line(String line, Path file, String place, int depth) {
      if (line.isEmpty() || line.startsWith(";") || line.startsWith("#")) {
        return;
      }
      if (line.startsWith("%include")) {
        Path named = Path.of(line.substring("%include".length()).strip());
        Path parent = file.toAbsolutePath().getParent();
        read(parent == null ? named : parent.resolve(named), depth + 1);
        return;
      }
      if (line.startsWith("[") && line.endsWith("]")) {
        section = line.substring(1, line.length() - 1).strip().toLowerCase(Locale.ROOT);
        return;
      }
      int equals = equals(line);
      if (equals < 1) {
        throw new Problem(place, "is no line of the form key = value", "mend it and try again");
      }
      entries.add(
          new Entry(
              section,
              unquoted(line.substring(0, equals).strip()),
              line.substring(equals + 1).strip(),
              place));
    }

    /** The first one outside of double quotes. */
    private static int equals(String line) {
      boolean quoted = false;
      for (int i = 0; i < line.length(); i++) {
        if (line.charAt(i) == '"') {
          quoted = !quoted;
        } else if (line.charAt(i) == '=' && !quoted) {
          return i;
        }
      }
      return -1;
    }

    private static String unquoted(String key) {
      return key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")
          ? key.substring(1, key.length() - 1).replace("\"\"", "\"")
          : key;
    }
  }

  static List<String> lines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.stream().anyMatch(line -> line.indexOf('\0') >= 0)) {
        throw new Problem(file.toString(), "holds a zero byte", "give a text file in UTF-8");
      }
      return lines;
    } catch (NoSuchFileException e) {
      throw new Problem(
          file.toString(), "there is no such file", "name PgBouncer's configuration file", e);
    } catch (IOException e) {
      throw new Problem(
          file.toString(), "cannot be read", "make it readable, a text file in UTF-8", e);
    }
  }

  /**
   * The pairs of a value such as {@code host=a port=5432 password='it''s'}.
   *
   * @throws Problem when it is malformed; no part of it is shown, for it may hold a password
   */
  static Map<String, String> pairs(Entry entry) {
    Map<String, String> pairs = new LinkedHashMap<>();
    String text = entry.value();
    int at = 0;
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
        continue;
      }
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        throw new Problem(entry.place(), "has a setting without a value", "write it as name=value");
      }
      String key = text.substring(at, equals).strip().toLowerCase(Locale.ROOT);
      StringBuilder value = new StringBuilder();
      at = value(text, equals + 1, value, entry);
      pairs.put(key, value.toString());
    }
    return pairs;
  }

  private static int value(String text, int from, StringBuilder value, Entry entry) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at >= text.length() || text.charAt(at) != '\'') {
      while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
        value.append(text.charAt(at++));
      }
      return at;
    }
    int end = quoted(text, at, value);
    if (end < 0) {
      throw new Problem(entry.place(), "has a quote that is not closed", "close it");
    }
    return end;
  }

  /**
   * Appends what stands between the quote at {@code from} and the next of its kind; two together
   * stand for one.
   *
   * @return where it ends; -1 when it does not
   */
  static int quoted(String text, int from, StringBuilder into) {
    char quote = text.charAt(from);
    int at = from + 1;
    while (at < text.length()) {
      if (text.charAt(at) == quote) {
        if (at + 1 >= text.length() || text.charAt(at + 1) != quote) {
          return at + 1;
        }
        at++;
      }
      into.append(text.charAt(at++));
    }
    return -1;
  }
}
