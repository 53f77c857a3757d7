package io.mamparo.model.schema;

import org.jspecify.annotations.Nullable;

/**
 * A key of a section.
 *
 * @param fallback the value when the key is missing, if there is one
 * @param shown the fallback as the documentation shows it
 * @param meaning one or two sentences for the documentation
 */
record Key<T>(
    String name,
    Type<T> type,
    boolean required,
    @Nullable T fallback,
    String shown,
    String meaning) {

  /** Must be there. */
  static <T> Key<T> required(String name, Type<T> type, String meaning) {
    return new Key<>(name, type, true, null, "required", meaning);
  }

  /** May be missing; {@code shown} says what that means. */
  static <T> Key<T> optional(String name, Type<T> type, String shown, String meaning) {
    return new Key<>(name, type, false, null, shown, meaning);
  }

  /** May be missing, which means {@code fallback}. */
  static <T> Key<T> of(String name, Type<T> type, T fallback, String meaning) {
    return of(name, type, fallback, "`" + Shown.of(fallback) + "`", meaning);
  }

  /** May be missing, which means {@code fallback}; the documentation says {@code shown}. */
  static <T> Key<T> of(String name, Type<T> type, T fallback, String shown, String meaning) {
    return new Key<>(name, type, false, fallback, shown, meaning);
  }
}
