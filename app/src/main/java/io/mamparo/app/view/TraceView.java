package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.events.Nodes;
import io.mamparo.kernel.Problem;
import io.mamparo.telemetry.SpanAttribute;
import io.mamparo.telemetry.Trace;
import io.mamparo.telemetry.TraceQuery;
import io.mamparo.telemetry.TraceSummary;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Traces: what is looked for, and what is found. Stateless. */
public final class TraceView {
  private static final int USUAL = 50;
  private static final int MOST = 1_000;
  private static final int LONGEST_TEXT = 200;

  private TraceView() {}

  /**
   * The query of {@code ?service=&minMs=&error=&q=&limit=&since=}; what is empty does not count.
   *
   * @throws Problem when a value is none
   */
  public static TraceQuery query(Map<String, String> given) {
    String text = some(given, "q");
    return new TraceQuery(
        some(given, "service"),
        milliseconds(some(given, "minMs")),
        List.of("true", "1", "on").contains(given.getOrDefault("error", "")),
        text == null || text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT),
        instant(some(given, "since")),
        instant(some(given, "until")),
        limit(some(given, "limit")));
  }

  private static @Nullable String some(Map<String, String> given, String name) {
    String value = given.getOrDefault(name, "").strip();
    return value.isEmpty() ? null : value;
  }

  private static @Nullable Duration milliseconds(@Nullable String text) {
    try {
      return text == null
          ? null
          : Duration.ofNanos((long) (Math.clamp(Double.parseDouble(text), 0, 1e9) * 1e6));
    } catch (NumberFormatException e) {
      throw new Problem("minMs", "it is no number", "write milliseconds, as in minMs=250", e);
    }
  }

  private static int limit(@Nullable String text) {
    try {
      return text == null ? USUAL : Math.clamp(Long.parseLong(text), 1, MOST);
    } catch (NumberFormatException e) {
      throw new Problem("limit", "it is no number", "write how many, as in limit=50", e);
    }
  }

  /** Seconds or milliseconds since the epoch, or as in ISO 8601. */
  private static @Nullable Instant instant(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      if (text.matches("\\d{1,10}(\\.\\d+)?")) {
        return Instant.ofEpochMilli((long) (Double.parseDouble(text) * 1_000));
      }
      return text.matches("\\d{11,16}")
          ? Instant.ofEpochMilli(Long.parseLong(text))
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new Problem("time", "\"" + text + "\" is none", "write seconds since the epoch", e);
    }
  }

  /** The list. */
  public static ObjectNode list(List<TraceSummary> traces) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("traces");
    for (TraceSummary trace : traces) {
      list.addObject()
          .put("traceId", trace.traceId())
          .put("root", trace.root())
          .put("entry", trace.entry())
          .put("start", trace.start().toEpochMilli() / 1000.0)
          .put("durationMs", Numbers.rounded(trace.durationMs()))
          .put("spans", trace.spans())
          .put("error", trace.error())
          .put("kept", trace.kept().label());
    }
    return json;
  }

  /** One. */
  public static ObjectNode of(Trace trace) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("traceId", trace.traceId()).put("start", trace.start().toEpochMilli() / 1000.0);
    ArrayNode spans = json.putArray("spans");
    trace.spans().forEach(span -> spans.add(span(span)));
    return json;
  }

  private static ObjectNode span(Trace.Span span) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    boolean sql = span.attributes().containsKey(SpanAttribute.STATEMENT.label());
    json.put("spanId", span.spanId()).put("parentId", span.parentId());
    json.put("service", Nodes.plain(span.service())).put("name", span.name());
    json.put("kind", sql ? "sql" : span.kind().label());
    json.put("startUs", span.startUs()).put("durationUs", span.durationUs());
    json.put("status", span.status()).put("error", span.error());
    ObjectNode attributes = json.putObject("attributes");
    span.attributes()
        .forEach(
            (name, value) -> {
              if (value instanceof Long number) {
                attributes.put(name, number);
              } else {
                attributes.put(name, String.valueOf(value));
              }
            });
    return json;
  }
}
