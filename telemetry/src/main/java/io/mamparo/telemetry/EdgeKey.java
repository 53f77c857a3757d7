package io.mamparo.telemetry;

/**
 * Who calls whom, with what.
 *
 * @param from the caller's name on the map
 * @param to the callee's name on the map
 * @param kind what flows
 */
public record EdgeKey(String from, String to, EdgeKind kind) {
  /** What is counted when there are too many edges. */
  public static final EdgeKey OTHER = new EdgeKey("other", "other", EdgeKind.HTTP);

  public EdgeKey {
    if (from.isEmpty() || to.isEmpty()) {
      throw new IllegalArgumentException("an edge has two ends");
    }
  }
}
