package io.mamparo.wire.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Where a body ends. Reused from message to message; owned by one loop. */
public final class Body {
  private enum Kind {
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  private final Chunks chunks = new Chunks();
  private Kind kind = Kind.LENGTH;
  private long remaining;

  /** A body of so many bytes. */
  public void startLength(long bytes) {
    kind = Kind.LENGTH;
    remaining = bytes;
  }

  /** A body in chunks. */
  public void startChunked() {
    startChunked(null);
  }

  /** A body in chunks, whose trailer fields are copied. */
  public void startChunked(@Nullable Trailer copyTo) {
    kind = Kind.CHUNKED;
    chunks.reset(copyTo);
  }

  /** Whether it comes in chunks. */
  public boolean chunked() {
    return kind == Kind.CHUNKED;
  }

  /** A body that ends with its connection. */
  public void startUntilClose() {
    kind = Kind.UNTIL_CLOSE;
  }

  /**
   * How many of the readable bytes belong to the body, with the framing of chunks. Moves nothing,
   * but counts them as seen.
   *
   * @param data takes what the chunks hold, for receivers that know no chunks; or null
   */
  public int take(ByteBuf in, @Nullable ByteBuf data) {
    int readable = in.readableBytes();
    switch (kind) {
      case LENGTH -> {
        int n = (int) Math.min(readable, remaining);
        remaining -= n;
        return n;
      }
      case CHUNKED -> {
        return chunks.scan(in, in.readerIndex(), in.writerIndex(), data) - in.readerIndex();
      }
      case UNTIL_CLOSE -> {
        return readable;
      }
    }
    throw new AssertionError(kind);
  }

  /** Whether the body is complete. */
  public boolean done() {
    return switch (kind) {
      case LENGTH -> remaining == 0;
      case CHUNKED -> chunks.done();
      case UNTIL_CLOSE -> false;
    };
  }

  /** Whether it ends with its connection. */
  public boolean untilClose() {
    return kind == Kind.UNTIL_CLOSE;
  }

  /** What is wrong with its chunks, or null. */
  public @Nullable Refusal refusal() {
    return kind == Kind.CHUNKED ? chunks.refusal() : null;
  }
}
