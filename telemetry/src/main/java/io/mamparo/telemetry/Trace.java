package io.mamparo.telemetry;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A trace with its spans.
 *
 * @param traceId 32 hexadecimal digits
 * @param start when its first span started
 * @param spans by start
 */
public record Trace(String traceId, Instant start, List<Span> spans) {
  public Trace {
    spans = List.copyOf(spans);
  }

  /**
   * A span.
   *
   * @param spanId 16 hexadecimal digits
   * @param parentId of the span that caused it; null for none
   * @param service whose work it was
   * @param name what it was
   * @param startUs microseconds after the trace's start
   * @param durationUs microseconds
   * @param status HTTP status; 0 for none
   * @param error whether it failed
   * @param attributes strings and numbers
   */
  public record Span(
      String spanId,
      @Nullable String parentId,
      String service,
      String name,
      SpanKind kind,
      long startUs,
      long durationUs,
      int status,
      boolean error,
      Map<String, Object> attributes) {
    public Span {
      attributes = Map.copyOf(attributes);
    }
  }
}
