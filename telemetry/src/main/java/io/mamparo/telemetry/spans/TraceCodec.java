package io.mamparo.telemetry.spans;

import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.SpanAttribute;
import io.mamparo.telemetry.SpanKind;
import io.mamparo.telemetry.Trace;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A trace's spans as bytes: version, dictionary of texts, then span by span. Names are written out,
 * since their numbers mean nothing to the next process. Belongs to one thread.
 */
final class TraceCodec {
  private static final int VERSION = 1;
  private static final HexFormat HEX = HexFormat.of();

  private final Names names;
  private final Dictionary dictionary = new Dictionary();
  private final Out spans = new Out();
  private final Out whole = new Out();

  TraceCodec(Names names) {
    this.names = names;
  }

  void clear() {
    dictionary.clear();
    spans.clear();
    whole.clear();
  }

  void add(long[] slots, int at) {
    long meta = slots[at + Slot.META];
    long handles = slots[at + Slot.NAMES];
    spans
        .fixed(slots[at + Slot.SPAN])
        .fixed(slots[at + Slot.PARENT])
        .number(slots[at + Slot.START])
        .number(slots[at + Slot.DURATION])
        .number(Slot.kind(meta))
        .number(Slot.flags(meta))
        .number(Slot.status(meta))
        .number(dictionary.number(names.text(Slot.service(meta))))
        .number(dictionary.number(names.text(Slot.name(handles))))
        .number(dictionary.number(names.text(Slot.peer(handles))))
        .number(dictionary.number(Slot.text(slots, at)));
    addAttributes(slots, at);
  }

  private void addAttributes(long[] slots, int at) {
    long codes = slots[at + Slot.CODES];
    for (int i = 0; i < Slot.ATTRIBUTES && (codes >>> (8 * i)) != 0; i++) {
      int code = (int) (codes >>> (8 * i)) & 0xff;
      SpanAttribute attribute = SpanAttribute.of(code);
      if (attribute != null) {
        long value = slots[at + Slot.VALUES + i];
        spans.number(code);
        if (attribute.isHandle()) {
          spans.number(dictionary.number(names.text((int) value)));
        } else {
          spans.signed(value);
        }
      }
    }
    spans.number(0);
  }

  byte[] encode(int count) {
    whole.number(VERSION);
    dictionary.writeTo(whole);
    return whole.number(count).append(spans).toBytes();
  }

  /** A span as it was written, with its start still in nanoseconds since the epoch. */
  record Decoded(long startEpochNanos, long durationNanos, Trace.Span span) {
    Trace.Span from(long traceStart) {
      return new Trace.Span(
          span.spanId(),
          span.parentId(),
          span.service(),
          span.name(),
          span.kind(),
          (startEpochNanos - traceStart) / 1000,
          durationNanos / 1000,
          span.status(),
          span.error(),
          span.attributes());
    }
  }

  static void decode(byte[] bytes, List<Decoded> into) {
    In in = new In(bytes);
    if (in.number() != VERSION) {
      throw new IllegalArgumentException("a trace of an unknown version");
    }
    String[] texts = Dictionary.read(in);
    int count = in.small();
    for (int i = 0; i < count; i++) {
      into.add(span(in, texts));
    }
  }

  private static Decoded span(In in, String[] texts) {
    long id = in.fixed();
    long parent = in.fixed();
    long start = in.number();
    long duration = in.number();
    SpanKind kind = SpanKind.of(in.small());
    int flags = in.small();
    int status = in.small();
    String service = texts[in.small()];
    String name = texts[in.small()];
    Map<String, Object> attributes = new TreeMap<>();
    putUnlessEmpty(attributes, "peer", texts[in.small()]);
    putUnlessEmpty(attributes, "text", texts[in.small()]);
    readAttributes(in, texts, attributes);
    return new Decoded(
        start,
        duration,
        new Trace.Span(
            HEX.toHexDigits(id),
            parent == 0 ? null : HEX.toHexDigits(parent),
            service,
            name,
            kind,
            0,
            0,
            status,
            (flags & Slot.ERROR) != 0,
            attributes));
  }

  private static void readAttributes(In in, String[] texts, Map<String, Object> attributes) {
    for (int code = in.small(); code != 0; code = in.small()) {
      SpanAttribute attribute = SpanAttribute.of(code);
      if (attribute == null) {
        throw new IllegalArgumentException("an unknown attribute: " + code);
      }
      if (attribute.isHandle()) {
        putUnlessEmpty(attributes, attribute.label(), texts[in.small()]);
      } else {
        attributes.put(attribute.label(), in.signed());
      }
    }
  }

  private static void putUnlessEmpty(Map<String, Object> map, String key, String value) {
    if (!value.isEmpty()) {
      map.put(key, value);
    }
  }
}
