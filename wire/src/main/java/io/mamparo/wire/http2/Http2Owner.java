package io.mamparo.wire.http2;

import org.jspecify.annotations.Nullable;

/** Whoever a connection belongs to. */
public interface Http2Owner {
  /** A stream for one that the other side opens; null refuses it, so that it can be tried again. */
  @Nullable Http2Stream opened();

  /** A stream has ended, and is no longer part of the connection. */
  void ended(Http2Stream stream);

  /** The other side's settings are known; they may be again. */
  void settled();

  /** The other side takes no more streams, and will not answer those above {@code last}. */
  void goingAway(int last);

  /** The other side has run into a bound. */
  default void reached(Bound bound) {}

  /** The connection is of no more use; what is written says why, and is to be sent. */
  void failed(ErrorCode code, String what);
}
