package io.mamparo.gameday;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something to break.
 *
 * @param name expectations refer to it by
 * @param at from the start of the game day
 * @param lasting until it is mended; null until the end of the game day
 * @param parameters as the control API takes them: texts and whole numbers
 */
public record Fault(
    String name,
    Duration at,
    @Nullable Duration lasting,
    FaultKind kind,
    Map<String, Object> parameters) {
  public Fault {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** What is broken, for people: {@code cars 0}. */
  public String target() {
    return parameters.values().stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  /** When it ends, given that the game day ends at {@code end}. */
  public Duration until(Duration end) {
    Duration length = lasting;
    if (length == null) {
      return end;
    }
    Duration until = at.plus(length);
    return until.compareTo(end) < 0 ? until : end;
  }
}
