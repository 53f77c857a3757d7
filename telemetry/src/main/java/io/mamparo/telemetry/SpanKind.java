package io.mamparo.telemetry;

import java.util.Locale;

/** What a span is about, as OpenTelemetry names it. */
public enum SpanKind {
  INTERNAL(0),
  SERVER(1),
  CLIENT(2),
  PRODUCER(3),
  CONSUMER(4);

  private static final SpanKind[] ALL = values();

  private final int code;

  SpanKind(int code) {
    this.code = code;
  }

  /** Its number in rings and in the store. */
  public int code() {
    return code;
  }

  /** The kind of a number; what is unknown is internal. */
  public static SpanKind of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : INTERNAL;
  }

  /** Its name in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
