package io.mamparo.dbproxy.server;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The session settings that the proxy follows: those the server reports, and others that clients
 * set. Two equal ones mean that nothing needs to be replayed. Immutable; names are lower case.
 *
 * <p>A value is what set_config takes, or, after {@link #VERBATIM}, the text that followed SET name
 * TO.
 */
public final class Settings {
  /** First character of a value that is SQL text. */
  public static final char VERBATIM = '\u0001';

  /** No settings. */
  public static final Settings NONE = new Settings(new TreeMap<>());

  /** What the server reports about itself; nobody can set it. */
  private static final Set<String> FACTS =
      Set.of(
          "server_version",
          "server_encoding",
          "is_superuser",
          "session_authorization",
          "integer_datetimes",
          "in_hot_standby");

  private final SortedMap<String, String> values;
  private final int hash;

  private Settings(SortedMap<String, String> values) {
    this.values = values;
    this.hash = values.hashCode();
  }

  /** Those of {@code values} that can be set. */
  public static Settings of(Map<String, String> values) {
    TreeMap<String, String> settable = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          if (!isFact(name)) {
            settable.put(name.toLowerCase(Locale.ROOT), value);
          }
        });
    return new Settings(settable);
  }

  /** Whether a reported name is a fact about the server. */
  public static boolean isFact(String name) {
    return FACTS.contains(name);
  }

  /** The value; null when it has the server's default. */
  public @Nullable String get(String name) {
    return values.get(name.toLowerCase(Locale.ROOT));
  }

  /** The same with another value; null means the server's default. */
  public Settings with(String name, @Nullable String value) {
    String key = name.toLowerCase(Locale.ROOT);
    if (java.util.Objects.equals(values.get(key), value)) {
      return this;
    }
    TreeMap<String, String> changed = new TreeMap<>(values);
    if (value == null) {
      changed.remove(key);
    } else {
      changed.put(key, value);
    }
    return new Settings(changed);
  }

  /** The same with {@code others} on top. */
  public Settings with(Settings others) {
    TreeMap<String, String> changed = new TreeMap<>(values);
    changed.putAll(others.values);
    return new Settings(changed);
  }

  /** Only the names that {@code reported} has. */
  public Settings only(Settings reported) {
    TreeMap<String, String> kept = new TreeMap<>(values);
    kept.keySet().retainAll(reported.values.keySet());
    return new Settings(kept);
  }

  /** The names and values. */
  public Map<String, String> values() {
    return java.util.Collections.unmodifiableMap(values);
  }

  /**
   * The SQL that turns a session with these settings into one with {@code wanted}.
   *
   * @return one simple query
   */
  public String sqlTowards(Settings wanted) {
    StringBuilder configs = new StringBuilder();
    StringBuilder others = new StringBuilder();
    wanted.values.forEach(
        (name, value) -> {
          if (value.equals(values.get(name))) {
            return;
          }
          if (!value.isEmpty() && value.charAt(0) == VERBATIM) {
            others.append("SET ").append(name).append(" TO ").append(value, 1, value.length());
            others.append(';');
          } else {
            configs.append(configs.isEmpty() ? "SELECT " : ",");
            configs.append("pg_catalog.set_config(").append(quoted(name)).append(',');
            configs.append(quoted(value)).append(",false)");
          }
        });
    values.forEach(
        (name, value) -> {
          if (!wanted.values.containsKey(name)) {
            others.append("RESET ").append(name).append(';');
          }
        });
    return configs.append(configs.isEmpty() ? "" : ";").append(others).toString();
  }

  /** A literal that reads the same whatever standard_conforming_strings says. */
  public static String quoted(String value) {
    return "E'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Settings settings
        && hash == settings.hash
        && values.equals(settings.values);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
