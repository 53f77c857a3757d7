package io.mamparo.model;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The conditions that more than one record of the model checks. Stateless. */
final class Require {
  private static final Pattern SERVICE_NAME = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");
  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_-]{0,39}");

  private Require() {}

  static String serviceName(String name) {
    return matching(
        SERVICE_NAME,
        name,
        "a name has 1 to 40 lower-case letters, digits and '-', starts with a letter and does not"
            + " end with '-'");
  }

  static String databaseName(String name) {
    return matching(
        DATABASE_NAME,
        name,
        "a database's name has 1 to 40 lower-case letters, digits, '-' and '_', and starts with a"
            + " letter");
  }

  private static String matching(Pattern pattern, String text, String otherwise) {
    that(pattern.matcher(text).matches(), otherwise);
    return text;
  }

  static Duration positive(Duration duration, String what) {
    that(duration.isPositive(), what + " must be longer than 0s");
    return duration;
  }

  static int between(int low, int value, int high, String what) {
    that(value >= low && value <= high, what + " must be from " + low + " to " + high);
    return value;
  }

  static void that(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** An unmodifiable copy that keeps the order of the file. */
  static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
