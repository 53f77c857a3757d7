package io.mamparo.wire.http2;

/** A bound that keeps the other side of a connection from doing harm; see {@link Http2Limits}. */
public enum Bound {
  /** One stream more than may be open at once: it is refused, and can be tried again. */
  STREAMS,
  /** Too many streams were reset: the connection ends. */
  RESETS,
  /** Too many frames that move nothing: the connection ends. */
  CONTROLS,
  /** A header block that is far too large, or in too many pieces: the connection ends. */
  HEAD
}
