package io.mamparo.telemetry.spans;

/** Takes finished spans, from the loops' rings or, one day, from OTLP; on the roll-up thread. */
public interface SpanSink {
  /** A span, laid out as {@link Slot} says; valid only during the call. */
  void accept(long[] slots, int at);
}
