package io.mamparo.mesh.exchange;

import io.netty.buffer.ByteBuf;

/**
 * Where one request came from and its answer goes: a connection of HTTP/1.1, or a stream of HTTP/2.
 * Owned by one loop. This and {@link Upstream} are all that an {@link Exchange} knows of protocols.
 */
interface Downstream {
  /** Where plans have what belongs to the door that it came in through. */
  int slot();

  /** Where the client is. */
  ClientAddress from();

  /** The client's address as text. */
  default byte[] address() {
    return from().text();
  }

  /** Whether that is an IPv6 address. */
  default boolean six() {
    return from().six();
  }

  /** Whether the client is on this machine. */
  default boolean loopback() {
    return from().loopback();
  }

  /** Whether its connection is encrypted. */
  boolean secure();

  /** Stops or goes on reading the request's body. */
  void reading(boolean on);

  /** Whether more of the answer can be sent without piling up. */
  boolean writable();

  /** Sends what was written, at the latest when the loop has done what it is doing. */
  void flush();

  /** Sends an answer of the mesh's own, all of it, given as HTTP/1.1 has it. */
  void own(byte[] answer);

  /** Sends the interim head that is in the exchange. */
  void interim(Exchange x);

  /** Whether bodies must be free from HTTP/1.1's chunks. */
  boolean plain(Exchange x);

  /** Whether no other request can follow on the same connection. */
  boolean last(Exchange x);

  /**
   * Sends the head that is in the exchange.
   *
   * @param in the buffer in which the body follows
   * @param start where the head begins in it, or -1 when it is not all there
   * @return how many bytes right before the body are the new head, and go out with it
   */
  int head(Exchange x, ByteBuf in, int start);

  /**
   * Sends a part of the body; owns it.
   *
   * @param end whether it is the last one, after which come the exchange's trailers
   */
  void data(Exchange x, ByteBuf part, boolean end);

  /** Sends bytes of another protocol, after an upgrade; owns them. */
  void pass(ByteBuf bytes);

  /** From now on bytes go through as they are. */
  void openTunnel();

  /** The answer is complete, and the exchange over. */
  void answered(boolean keep);

  /** Ends an answer of gRPC, whose head is sent, because the caller's deadline has passed. */
  default void expired() {
    abort();
  }

  /** Ends without another word, so that the client notices that the answer is cut. */
  void abort();
}
