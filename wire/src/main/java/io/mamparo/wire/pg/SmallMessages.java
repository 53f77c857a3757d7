package io.mamparo.wire.pg;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Gathers bytes until whole messages are there, for the dialogues before and after log-in, where
 * messages are small. Owned by one event loop. Holds at most one message of the given bound plus
 * one read.
 */
public final class SmallMessages {
  private final int bound;
  private @Nullable ByteBuf gathered;

  /**
   * Refuses longer messages.
   *
   * @param bound of a message's length field, in bytes
   */
  public SmallMessages(int bound) {
    this.bound = bound;
  }

  /** Takes bytes over. */
  public void add(ByteBuf bytes) {
    if (gathered == null) {
      gathered = bytes;
      return;
    }
    try {
      if (gathered.refCnt() > 1 || gathered.maxFastWritableBytes() < bytes.readableBytes()) {
        ByteBuf copy = bytes.alloc().buffer(gathered.readableBytes() + bytes.readableBytes());
        copy.writeBytes(gathered);
        gathered.release();
        gathered = copy;
      }
      gathered.writeBytes(bytes);
    } finally {
      bytes.release();
    }
  }

  /** All bytes not yet taken, for what comes without a type byte; null when there are none. */
  public @Nullable ByteBuf bytes() {
    return gathered;
  }

  /**
   * Whether a whole message is there, type byte included.
   *
   * @throws ProtocolViolation when its length is impossible or above the bound
   */
  public boolean ready() {
    ByteBuf in = gathered;
    if (in == null || in.readableBytes() < 5) {
      return false;
    }
    int length = in.getInt(in.readerIndex() + 1);
    if (length < 4 || length > bound) {
      throw new ProtocolViolation("invalid message length");
    }
    return in.readableBytes() >= length + 1;
  }

  /** The next message, whole; valid until bytes are added. Call only when {@link #ready()}. */
  public ByteBuf next() {
    ByteBuf in = java.util.Objects.requireNonNull(gathered);
    return in.readSlice(in.getInt(in.readerIndex() + 1) + 1);
  }

  /** Hands over what is left, null when there is nothing, and is empty afterwards. */
  public @Nullable ByteBuf takeRest() {
    ByteBuf rest = gathered;
    gathered = null;
    if (rest != null && !rest.isReadable()) {
      rest.release();
      return null;
    }
    return rest;
  }

  /** Forgets everything. */
  public void release() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }
}
