package io.mamparo.wire.http2;

/**
 * Bounds of one connection.
 *
 * @param streams that the other side may have open at once
 * @param headBytes of a header list, as the other side is told; a block of more than twice as many,
 *     compressed, ends the connection
 * @param streamWindow bytes of one stream that the other side may send ahead
 * @param connectionWindow bytes of all streams together that it may send ahead
 * @param resets streams that it may reset, or make us reset, in ten seconds
 * @param controls frames in ten seconds that bring no request, answer or data: pings, settings,
 *     priorities, empty ones, window updates beyond those that data explains
 */
public record Http2Limits(
    int streams, int headBytes, int streamWindow, int connectionWindow, int resets, int controls) {
  /** 128 streams, 32 KiB, 256 KiB, 4 MiB; 200 resets and 2,000 controls in ten seconds. */
  public static final Http2Limits DEFAULT =
      new Http2Limits(128, 32 * 1024, 256 * 1024, 4 * 1024 * 1024, 200, 2_000);

  /** The same with header lists of another size. */
  public Http2Limits withHeadBytes(int bytes) {
    return new Http2Limits(streams, bytes, streamWindow, connectionWindow, resets, controls);
  }

  public Http2Limits {
    if (streams < 1 || streams > 10_000) {
      throw new IllegalArgumentException("streams must be 1 to 10000");
    }
    if (streamWindow < Frame.WINDOW || connectionWindow < streamWindow) {
      throw new IllegalArgumentException("windows must be at least 65535, the connection's larger");
    }
  }
}
