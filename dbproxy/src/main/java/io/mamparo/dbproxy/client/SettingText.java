package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.server.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads SET and RESET statements. Only shapes whose meaning is certain are understood; the rest is
 * {@link Change.Opaque}. Safe for use by several threads.
 */
final class SettingText {
  /** What a statement does to the session's settings. */
  sealed interface Change {
    /** A new value, as {@link Settings} keeps values. */
    record Set(String name, String value) implements Change {}

    /** Back to the session's first value. */
    record Reset(String name) implements Change {}

    /** All back to the session's first values. */
    record ResetAll() implements Change {}

    /** Something that cannot be replayed. */
    record Opaque() implements Change {}
  }

  /** Possessive: a repeated choice that may be taken back costs stack for each character. */
  private static final String VALUE = "(?:'(?:[^'\\\\]|'')*+'|\"(?:[^\"]|\"\")*+\"|[\\w.+-]++)";

  private static final Pattern SET =
      Pattern.compile(
          "set\\s+(?:session\\s+)?([\\w.]+)(?:\\s*=\\s*|\\s+to\\s+)("
              + VALUE
              + "(?:\\s*,\\s*"
              + VALUE
              + ")*+)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern ROLE =
      Pattern.compile("set\\s+(?:session\\s+)?role\\s+(" + VALUE + ")", Pattern.CASE_INSENSITIVE);
  private static final Pattern REPORTED =
      Pattern.compile(
          "set\\s+(?:session\\s+)?(?:time\\s+zone|names|client_encoding|datestyle)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern RESET =
      Pattern.compile("reset\\s+([\\w.]+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_SESSION =
      Pattern.compile(
          "set\\s+(?:local|transaction|constraints)\\b.*|(?!set\\b|reset\\b).*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private SettingText() {}

  /** The changes a text makes, statement by statement. */
  static List<Change> read(String text) {
    List<Change> changes = new ArrayList<>();
    if (text.contains("--") || text.contains("/*")) {
      text = text.replaceAll("(?s)/\\*(?:(?!/\\*).)*?\\*/", " ").replaceAll("--[^\\n]*", " ");
    }
    for (String part : parts(text)) {
      Change change = one(part.strip());
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  /** Cut at the semicolons that an even number of quotes follows. */
  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    boolean outside = true;
    int end = text.length();
    for (int i = end - 1; i >= 0; i--) {
      char c = text.charAt(i);
      if (c == '\'') {
        outside = !outside;
      } else if (c == ';' && outside) {
        parts.add(text.substring(i + 1, end));
        end = i;
      }
    }
    parts.add(text.substring(0, end));
    return parts.reversed();
  }

  private static @Nullable Change one(String statement) {
    if (statement.isEmpty() || NO_SESSION.matcher(statement).matches()) {
      return null;
    }
    Matcher role = ROLE.matcher(statement);
    if (role.matches()) {
      return value("role", role.group(1));
    }
    Matcher set = SET.matcher(statement);
    if (set.matches()) {
      return value(set.group(1).toLowerCase(Locale.ROOT), set.group(2));
    }
    if (REPORTED.matcher(statement).matches()) {
      return null;
    }
    Matcher reset = RESET.matcher(statement);
    if (reset.matches()) {
      String name = reset.group(1).toLowerCase(Locale.ROOT);
      return name.equals("all") ? new Change.ResetAll() : new Change.Reset(name);
    }
    return new Change.Opaque();
  }

  private static Change value(String name, String text) {
    if (text.equalsIgnoreCase("default")
        || (name.equals("role") && text.equalsIgnoreCase("none"))) {
      return new Change.Reset(name);
    }
    if (name.equals("session_authorization") || text.startsWith("$")) {
      return new Change.Opaque();
    }
    return new Change.Set(name, Settings.VERBATIM + text);
  }
}
