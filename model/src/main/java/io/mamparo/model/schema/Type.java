package io.mamparo.model.schema;

import io.mamparo.model.yaml.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a value of the stack file may be. Stateless. */
interface Type<T> {
  /**
   * Reads a value.
   *
   * @param where the place in the user's words: {@code timeout of service cars}
   * @return the value, or nothing when there are findings about it
   */
  @Nullable T read(Node node, String where, Reading reading);

  /** For the documentation: {@code duration}. */
  String describe();

  /** The sections in it, for the documentation. */
  default List<Section<?>> sections() {
    return List.of();
  }
}
