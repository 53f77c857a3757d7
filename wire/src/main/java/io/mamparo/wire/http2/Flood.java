package io.mamparo.wire.http2;

/**
 * Counts what costs the other side little and us much, in windows of ten seconds. Owned by one
 * loop. Resets are counted from both sides: a client can also provoke ours.
 */
final class Flood {
  private static final long WINDOW_NANOS = 10_000_000_000L;

  private final Http2Limits limits;
  private long since;
  private int resets;
  private int controls;
  private int updates;
  private int sent;

  Flood(Http2Limits limits) {
    this.limits = limits;
  }

  private void turn(long now) {
    if (now - since > WINDOW_NANOS) {
      since = now;
      resets = 0;
      controls = 0;
      updates = 0;
      sent = 0;
    }
  }

  /** A stream was reset; whether that was one too many. */
  boolean reset(long now) {
    turn(now);
    return ++resets > limits.resets();
  }

  /** A frame that moves nothing; whether that was one too many. */
  boolean control(long now) {
    turn(now);
    return ++controls > limits.controls();
  }

  /** A window grew; whether that happened too often for what was sent. */
  boolean update(long now) {
    turn(now);
    return ++updates > limits.controls() + 4 * sent;
  }

  /** A data frame was sent, which may be answered by window updates. */
  void sent() {
    sent++;
  }
}
