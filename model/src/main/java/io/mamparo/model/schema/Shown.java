package io.mamparo.model.schema;

import io.mamparo.model.DurationText;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Defaults as a stack file would write them. Stateless. */
final class Shown {
  private Shown() {}

  static String of(Object value) {
    if (value instanceof Duration duration) {
      return DurationText.of(duration);
    }
    if (value instanceof Enum<?> constant) {
      return word(constant);
    }
    if (value instanceof Collection<?> values) {
      return values.stream().map(Shown::of).sorted().collect(Collectors.joining(", ", "[", "]"));
    }
    return value.toString();
  }

  /** {@code BAD_GATEWAY} is written {@code bad-gateway}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
