package io.mamparo.mesh.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Requests that a client of HTTP/1.1 sent before it was their turn. Owned by one loop. */
final class Ahead {
  /** So much is kept, then the client is no longer read. */
  private static final int MOST = 64 * 1024;

  private @Nullable ByteBuf bytes;

  boolean empty() {
    return bytes == null;
  }

  /** Keeps what has arrived, behind what is kept already; owns it. */
  void add(ByteBuf in, ByteBufAllocator alloc) {
    ByteBuf before = bytes;
    if (before == null) {
      bytes = in;
      return;
    }
    ByteBuf both = alloc.buffer(before.readableBytes() + in.readableBytes());
    both.writeBytes(before).writeBytes(in);
    before.release();
    in.release();
    bytes = both;
  }

  /** Whether the client must wait. */
  boolean full() {
    return bytes != null && bytes.readableBytes() > MOST;
  }

  /** What is kept, for a new owner; null when there is nothing. */
  @Nullable ByteBuf take() {
    ByteBuf next = bytes;
    bytes = null;
    return next;
  }

  void forget() {
    ByteBuf left = take();
    if (left != null) {
      left.release();
    }
  }
}
