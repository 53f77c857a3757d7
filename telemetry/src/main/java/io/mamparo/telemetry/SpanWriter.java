package io.mamparo.telemetry;

import io.mamparo.telemetry.spans.SlotWriter;
import io.mamparo.telemetry.spans.SpanRing;

/**
 * Writes finished spans of one event loop, one at a time, without allocation or waiting: {@code
 * begin}, what there is to say, {@code end}. Belongs to that loop. A span that is begun and not
 * ended never was.
 */
public final class SpanWriter {
  private final SpanRing ring;
  private final SlotWriter slot;

  SpanWriter(SpanRing ring) {
    this.ring = ring;
    slot = new SlotWriter(ring.slots());
  }

  /**
   * Begins a span with its W3C ids.
   *
   * @param parentId 0 for none
   */
  public SpanWriter begin(long traceHigh, long traceLow, long spanId, long parentId) {
    slot.begin(ring.next(), traceHigh, traceLow, spanId, parentId);
    return this;
  }

  /** Names it; all three are handles of {@link Names}. The peer may be {@link Names#NONE}. */
  public SpanWriter named(SpanKind kind, int service, int name, int peer) {
    slot.named(kind.code(), service, name, peer);
    return this;
  }

  /** When it started, in nanoseconds since the epoch, and how long it took. */
  public SpanWriter took(long startEpochNanos, long durationNanos) {
    slot.took(startEpochNanos, durationNanos);
    return this;
  }

  /** Its HTTP status, if it has one. */
  public SpanWriter status(int status) {
    slot.status(status);
    return this;
  }

  /** It failed: its trace is kept. */
  public SpanWriter error() {
    slot.error();
    return this;
  }

  /**
   * It is the first hop of its trace here: when it has ended the trace is judged.
   *
   * @param entry handle of what the reservoir is counted by, such as the ingress or a route
   */
  public SpanWriter entry(int entry) {
    slot.entry();
    return attribute(SpanAttribute.ENTRY, entry);
  }

  /**
   * It is its whole trace, the entry too: judged as soon as it is read, without waiting for others.
   *
   * @param entry handle of what the reservoir is counted by
   */
  public SpanWriter alone(int entry) {
    slot.alone();
    return entry(entry);
  }

  /** The caller had marked the trace as sampled: it is kept. */
  public SpanWriter callerSampled() {
    slot.callerSampled();
    return this;
  }

  /** The {@link HeadSampler} had marked the trace as sampled: it counts for the reservoir. */
  public SpanWriter headSampled() {
    slot.headSampled();
    return this;
  }

  /** Says more; at most seven attributes (the entry is one of them), the rest is left out. */
  public SpanWriter attribute(SpanAttribute attribute, long value) {
    slot.attribute(attribute.code(), value);
    return this;
  }

  /**
   * Free text, such as the path of the request: 63 characters of ASCII. Never a query string, nor
   * anything else that may hold a secret.
   */
  public SpanWriter text(CharSequence text) {
    slot.text(text);
    return this;
  }

  /** The span is whole. */
  public void end() {
    slot.end();
    ring.publish();
  }
}
