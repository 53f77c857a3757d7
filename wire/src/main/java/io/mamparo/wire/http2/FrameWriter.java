package io.mamparo.wire.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames, and gathers them so that one flush sends many. Owned by one loop. Short data is
 * copied behind its frame's header; long data goes out in the buffer that it came in.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write ends in exceptionCaught.
final class FrameWriter {
  private static final int BATCH = 16 * 1024;
  private static final int COPIED = 4 * 1024;

  private final ChannelHandlerContext context;
  private @Nullable ByteBuf batch;
  private boolean dirty;

  FrameWriter(ChannelHandlerContext context) {
    this.context = context;
  }

  private ByteBuf room(int bytes) {
    dirty = true;
    ByteBuf present = batch;
    if (present != null && present.writableBytes() >= bytes) {
      return present;
    }
    if (present != null) {
      context.write(present, context.voidPromise());
    }
    ByteBuf fresh = context.alloc().directBuffer(Math.max(BATCH, bytes));
    batch = fresh;
    return fresh;
  }

  private static void header(ByteBuf out, int length, int type, int flags, int id) {
    out.writeLong((long) length << 40 | (long) type << 32 | (long) flags << 24 | id >>> 8);
    out.writeByte(id);
  }

  void preface() {
    room(FrameReader.PREFACE.length).writeBytes(FrameReader.PREFACE);
  }

  void headers(int id, Block block, boolean end, int most) {
    int first = Math.min(block.length, most);
    int flags = (end ? Frame.END_STREAM : 0) | (first == block.length ? Frame.END_HEADERS : 0);
    ByteBuf out = room(Frame.HEADER + first);
    header(out, first, Frame.HEADERS, flags, id);
    out.writeBytes(block.bytes, 0, first);
    for (int at = first; at < block.length; at += most) {
      int n = Math.min(block.length - at, most);
      ByteBuf more = room(Frame.HEADER + n);
      boolean last = at + n == block.length;
      header(more, n, Frame.CONTINUATION, last ? Frame.END_HEADERS : 0, id);
      more.writeBytes(block.bytes, at, n);
    }
  }

  /** Sends the first {@code n} bytes of {@code part}, which keeps its owner. */
  void data(int id, ByteBuf part, int n, boolean end) {
    boolean copied = n <= COPIED;
    ByteBuf out = room(Frame.HEADER + (copied ? n : 0));
    header(out, n, Frame.DATA, end ? Frame.END_STREAM : 0, id);
    if (copied) {
      out.writeBytes(part, n);
      return;
    }
    context.write(out.readRetainedSlice(out.readableBytes()), context.voidPromise());
    context.write(part.readRetainedSlice(n), context.voidPromise());
  }

  void reset(int id, ErrorCode code) {
    ByteBuf out = room(Frame.HEADER + 4);
    header(out, 4, Frame.RST_STREAM, 0, id);
    out.writeInt(code.code());
  }

  /** Sends settings: numbers and values in turn. */
  void settings(long... all) {
    ByteBuf out = room(Frame.HEADER + all.length * 3);
    header(out, all.length * 3, Frame.SETTINGS, 0, 0);
    for (int i = 0; i < all.length; i += 2) {
      out.writeShort((int) all[i]).writeInt((int) all[i + 1]);
    }
  }

  void settingsAck() {
    header(room(Frame.HEADER), 0, Frame.SETTINGS, Frame.ACK, 0);
  }

  void ping(long payload, boolean ack) {
    ByteBuf out = room(Frame.HEADER + 8);
    header(out, 8, Frame.PING, ack ? Frame.ACK : 0, 0);
    out.writeLong(payload);
  }

  void goAway(int last, ErrorCode code, String what) {
    byte[] text = what.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    ByteBuf out = room(Frame.HEADER + 8 + text.length);
    header(out, 8 + text.length, Frame.GOAWAY, 0, 0);
    out.writeInt(last).writeInt(code.code()).writeBytes(text);
  }

  void windowUpdate(int id, int increment) {
    ByteBuf out = room(Frame.HEADER + 4);
    header(out, 4, Frame.WINDOW_UPDATE, 0, id);
    out.writeInt(increment);
  }

  void flush() {
    if (!dirty) {
      return;
    }
    dirty = false;
    ByteBuf last = batch;
    if (last != null) {
      batch = null;
      if (last.isReadable()) {
        context.write(last, context.voidPromise());
      } else {
        last.release();
      }
    }
    context.flush();
  }

  /** The channel is closed: what was not sent is forgotten. */
  void forget() {
    ByteBuf last = batch;
    if (last != null) {
      batch = null;
      last.release();
    }
  }
}
