package io.mamparo.wire.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what arrives into frames. Owned by one loop. Data is passed on in whatever pieces it comes;
 * every other frame is whole before anybody sees it.
 *
 * <pre>
 *   PREFACE ─ all of it → HEADER ─ 9 bytes ─→ DATA    ─ padding over ─→ HEADER
 *                            └───────────────→ PAYLOAD ─ whole ───────→ HEADER
 * </pre>
 */
final class FrameReader {
  /** Takes the frames. Each method returns false when the connection is to be read no further. */
  interface Frames {
    /** A frame begins. */
    boolean begins(int type, int flags, int id, int length);

    /** A piece of data; owns it. */
    boolean data(int id, ByteBuf part, boolean last);

    /** Another frame, whole. */
    boolean frame(int type, int flags, int id, byte[] payload, int length);

    /** What came is no HTTP/2, or its padding is longer than its frame. */
    boolean malformed(String what);
  }

  private enum State {
    PREFACE,
    HEADER,
    DATA,
    PAYLOAD
  }

  static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int UNKNOWN = -1;

  private final Frames to;
  private final byte[] scratch;
  private final byte[] header = new byte[Frame.HEADER];
  private State state = State.HEADER;
  private int filled;
  private int type;
  private int flags;
  private int id;
  private int left;
  private int padding;
  private byte @Nullable [] partial;

  FrameReader(Frames to, byte[] scratch) {
    this.to = to;
    this.scratch = scratch;
  }

  /** Expects the client's preface, of which so many bytes have been seen. */
  void expectPreface(int seen) {
    state = State.PREFACE;
    filled = seen;
  }

  /** Whether something has begun that is not complete. */
  boolean within() {
    return state != State.HEADER || filled > 0;
  }

  /** Reads all of {@code in}, or up to where it is malformed. */
  void read(ByteBuf in) {
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case PREFACE -> preface(in);
            case HEADER -> header(in);
            case DATA -> data(in);
            case PAYLOAD -> payload(in);
          };
    }
  }

  private boolean preface(ByteBuf in) {
    while (filled < PREFACE.length) {
      if (!in.isReadable()) {
        return false;
      }
      if (in.readByte() != PREFACE[filled++]) {
        return to.malformed("the preface is not that of HTTP/2");
      }
    }
    filled = 0;
    state = State.HEADER;
    return true;
  }

  private boolean header(ByteBuf in) {
    int readable = in.readableBytes();
    if (filled == 0 && readable >= Frame.HEADER) {
      int at = in.readerIndex();
      long word = in.getLong(at);
      in.readerIndex(at + Frame.HEADER);
      int stream = (int) (word << 8) | (in.getByte(at + 8) & 0xff);
      return begin((int) (word >>> 40), (int) (word >>> 24), stream);
    }
    int n = Math.min(readable, Frame.HEADER - filled);
    in.readBytes(header, filled, n);
    filled += n;
    if (filled < Frame.HEADER) {
      return false;
    }
    filled = 0;
    int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
    int kind = (header[3] & 0xff) << 8 | (header[4] & 0xff);
    int stream =
        (header[5] & 0xff) << 24
            | (header[6] & 0xff) << 16
            | (header[7] & 0xff) << 8
            | (header[8] & 0xff);
    return begin(length, kind, stream);
  }

  /** Begins a frame whose type and flags are the two lower bytes of {@code kind}. */
  private boolean begin(int length, int kind, int stream) {
    type = (kind >>> 8) & 0xff;
    flags = kind & 0xff;
    id = stream & 0x7fffffff;
    left = length;
    if (!to.begins(type, flags, id, length)) {
      return false;
    }
    state = type == Frame.DATA ? State.DATA : State.PAYLOAD;
    padding = (flags & Frame.PADDED) != 0 ? UNKNOWN : 0;
    return true;
  }

  private boolean data(ByteBuf in) {
    if (padding == UNKNOWN) {
      if (left == 0) {
        return to.malformed("a frame has no room for its padding");
      }
      if (!in.isReadable()) {
        return false;
      }
      padding = in.readUnsignedByte();
      left--;
      if (padding > left) {
        return to.malformed("padding is longer than its frame");
      }
      if (padding == left) {
        filled = 1;
        boolean more = to.data(id, in.readRetainedSlice(0), true);
        return more && padding(in);
      }
    }
    if (filled == 0) {
      int body = left - padding;
      int n = Math.min(body, in.readableBytes());
      if (n == 0 && body > 0) {
        return false;
      }
      left -= n;
      boolean last = n == body;
      filled = last ? 1 : 0;
      if (!to.data(id, in.readRetainedSlice(n), last) || !last) {
        return false;
      }
    }
    return padding(in);
  }

  /** Skips the padding after the data; {@code filled} says meanwhile that the data is over. */
  private boolean padding(ByteBuf in) {
    int n = Math.min(left, in.readableBytes());
    in.skipBytes(n);
    left -= n;
    if (left > 0) {
      return false;
    }
    filled = 0;
    state = State.HEADER;
    return true;
  }

  private boolean payload(ByteBuf in) {
    byte[] held = partial;
    int n = Math.min(left - filled, in.readableBytes());
    if (held == null && n < left) {
      held = new byte[left];
      partial = held;
    }
    in.readBytes(held == null ? scratch : held, filled, n);
    filled += n;
    if (filled < left) {
      return false;
    }
    filled = 0;
    partial = null;
    state = State.HEADER;
    return to.frame(type, flags, id, held == null ? scratch : held, left);
  }
}
