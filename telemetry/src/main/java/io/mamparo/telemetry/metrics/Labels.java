package io.mamparo.telemetry.metrics;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A set of label values.
 *
 * @param names in a fixed order
 * @param values as many
 */
public record Labels(List<String> names, List<String> values) implements Comparable<Labels> {
  /** Of a metric that has none. */
  public static final Labels NONE = new Labels(List.of(), List.of());

  public Labels {
    if (names.size() != values.size()) {
      throw new IllegalArgumentException("labels " + names + " need as many values, not " + values);
    }
  }

  /** These values. */
  public static Labels of(List<String> names, List<String> values) {
    return new Labels(names, List.copyOf(values));
  }

  /** Where everything is counted that is too much. */
  public static Labels allOther(List<String> names) {
    return new Labels(names, Collections.nCopies(names.size(), "other"));
  }

  /** One more. */
  Labels with(String name, String value) {
    return new Labels(
        Stream.concat(names.stream(), Stream.of(name)).toList(),
        Stream.concat(values.stream(), Stream.of(value)).toList());
  }

  @Override
  public int compareTo(Labels other) {
    return values.toString().compareTo(other.values.toString());
  }
}
