package io.mamparo.mesh.exchange;

import io.netty.buffer.ByteBuf;

/**
 * Where one try goes: a connection of HTTP/1.1, or a stream of HTTP/2. Owned by one loop. What
 * comes back is told to {@link Reply}.
 */
interface Upstream {
  /** Tells another exchange what comes back from now on. */
  void attach(Exchange x);

  /**
   * Sends the exchange's head, at the latest with the next {@link #flush}.
   *
   * @param end whether the request is complete with that
   */
  void head(Exchange x, boolean end);

  /**
   * Sends a part of the body, at the latest with the next {@link #flush}; owns it.
   *
   * @param end whether it is the last one, after which come the exchange's trailers
   */
  void data(Exchange x, ByteBuf part, boolean end);

  void flush();

  /** Whether more can be sent without piling up. */
  boolean writable();

  /** Stops or goes on reading the answer, as the client can take it. */
  void reading(boolean on);

  /** Calls off what is under way. Nothing is told any more. */
  void close();
}
