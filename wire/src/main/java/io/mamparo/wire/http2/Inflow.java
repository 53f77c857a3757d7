package io.mamparo.wire.http2;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What comes in through a connection: every frame is judged by the rules of RFC 9113 before anybody
 * else hears of it. Owned by one loop.
 */
final class Inflow implements FrameReader.Frames {
  /** Continuations of one header block that are not full; more are made to keep us busy. */
  private static final int MOST_SMALL = 16;

  final FrameReader reader;
  private final Http2Connection c;
  private final Flood flood;
  private final ControlFrames controls;
  private final HpackDecoder decoder = new HpackDecoder(Frame.TABLE);
  private int window = Frame.WINDOW;
  private int taken;

  /** The ids that the other side left out last, which are closed without having been open. */
  private int skippedFrom;

  private int skippedTo;

  /** The stream whose header block is being continued, or 0. */
  private int continued;

  private boolean continuedEnds;
  private byte[] head = {};
  private int headLength;
  private int fragments;

  /** The data frame being read: its stream, and how many bytes count for the windows. */
  private @Nullable Http2Stream receiving;

  private int counted;
  private boolean ends;

  Inflow(Http2Connection c, byte[] scratch, Flood flood) {
    this.c = c;
    this.flood = flood;
    controls = new ControlFrames(c, flood);
    reader = new FrameReader(this, scratch);
  }

  /** Lets the other side send more ahead than a connection begins with. */
  void widen() {
    window = c.limits.connectionWindow();
    if (window > Frame.WINDOW) {
      c.writer.windowUpdate(0, window - Frame.WINDOW);
    }
  }

  boolean incomplete() {
    return !controls.settled() || continued != 0 || reader.within();
  }

  private boolean protocol(String what) {
    return c.fail(ErrorCode.PROTOCOL_ERROR, what);
  }

  private boolean size(String what) {
    return c.fail(ErrorCode.FRAME_SIZE_ERROR, what);
  }

  @Override
  public boolean malformed(String what) {
    return protocol(what);
  }

  @Override
  public boolean begins(int type, int flags, int id, int length) {
    if (length > Frame.PAYLOAD) {
      return c.fail(ErrorCode.FRAME_SIZE_ERROR, "a frame is larger than 16384 bytes");
    }
    if (!controls.settled() && (type != Frame.SETTINGS || (flags & Frame.ACK) != 0)) {
      return protocol("the first frame is not SETTINGS");
    }
    if (continued != 0 && (type != Frame.CONTINUATION || id != continued)) {
      return protocol("a header block is interrupted");
    }
    if (moves(type, flags, length)) {
      return type != Frame.DATA || dataBegins(id, flags, length);
    }
    boolean flooded = flood.control(c.now());
    return !flooded || c.flooded(Bound.CONTROLS, "too many frames that move nothing");
  }

  /** Whether a frame brings anything, or is counted where it is handled. */
  private boolean moves(int type, int flags, int length) {
    return switch (type) {
      case Frame.DATA -> length > 0 || (flags & Frame.END_STREAM) != 0 || countEmptyData();
      case Frame.HEADERS, Frame.RST_STREAM, Frame.WINDOW_UPDATE -> true;
      case Frame.CONTINUATION -> length > 0;
      default -> false;
    };
  }

  /** Empty data is counted, and goes on. */
  private boolean countEmptyData() {
    if (flood.control(c.now())) {
      c.flooded(Bound.CONTROLS, "too many empty frames");
      return false;
    }
    return true;
  }

  private boolean dataBegins(int id, int flags, int length) {
    receiving = null;
    if (c.failed()) {
      return false;
    }
    if (id == 0 || c.idle(id)) {
      return protocol("data on a stream that is not open");
    }
    if (length > window) {
      return c.fail(ErrorCode.FLOW_CONTROL_ERROR, "more data than the connection's window allows");
    }
    window -= length;
    counted = length;
    ends = (flags & Frame.END_STREAM) != 0;
    Http2Stream stream = c.streams.get(id);
    if (stream == null) {
      refillConnection(length);
      return c.wasReset(id) || c.refuse(id, ErrorCode.STREAM_CLOSED);
    }
    if (stream.theirsDone) {
      refillConnection(length);
      c.violated(stream, ErrorCode.STREAM_CLOSED);
      return !c.failed();
    }
    if (!stream.headSeen) {
      return protocol("data before the head");
    }
    if (length > stream.receiveWindow) {
      refillConnection(length);
      c.violated(stream, ErrorCode.FLOW_CONTROL_ERROR);
      return !c.failed();
    }
    stream.receiveWindow -= length;
    receiving = stream;
    return true;
  }

  @Override
  public boolean data(int id, ByteBuf part, boolean whole) {
    Http2Stream stream = receiving;
    if (stream == null) {
      part.release();
      return true;
    }
    boolean end = whole && ends;
    stream.arrived += part.readableBytes();
    boolean fits =
        stream.expected < 0
            || (end ? stream.arrived == stream.expected : stream.arrived <= stream.expected);
    if (!fits) {
      part.release();
      c.violated(stream, ErrorCode.PROTOCOL_ERROR);
      return !c.failed();
    }
    stream.theirsDone = end;
    stream.data(part, end);
    if (whole && receiving == stream) {
      receiving = null;
      stream.withheld += counted;
      if (!stream.paused) {
        refill(stream);
      }
      c.bothDone(stream);
    }
    return !c.failed();
  }

  /** Gives back to the windows what a stream has taken. */
  void refill(Http2Stream stream) {
    int n = stream.withheld;
    stream.withheld = 0;
    stream.taken += n;
    if (!stream.theirsDone && stream.taken >= c.limits.streamWindow() / 2) {
      c.writer.windowUpdate(stream.id, stream.taken);
      stream.receiveWindow += stream.taken;
      stream.taken = 0;
    }
    refillConnection(n);
  }

  private void refillConnection(int n) {
    taken += n;
    if (taken >= c.limits.connectionWindow() / 2 && !c.failed()) {
      c.writer.windowUpdate(0, taken);
      window += taken;
      taken = 0;
    }
  }

  /** A stream is no longer part of the connection: what it held back is given back. */
  void forget(Http2Stream stream) {
    int n = stream.withheld;
    stream.withheld = 0;
    if (receiving == stream) {
      receiving = null;
      n += counted;
    }
    refillConnection(n);
  }

  @Override
  public boolean frame(int type, int flags, int id, byte[] p, int length) {
    boolean fine =
        switch (type) {
          case Frame.HEADERS -> headers(flags, id, p, length);
          case Frame.CONTINUATION -> continuation(flags, id, p, length);
          case Frame.PRIORITY -> controls.priority(id, p, length);
          case Frame.RST_STREAM -> controls.reset(id, p, length);
          case Frame.SETTINGS -> controls.settings(flags, id, p, length);
          case Frame.PUSH_PROMISE -> protocol("nobody may push here");
          case Frame.PING -> controls.ping(flags, id, p, length);
          case Frame.GOAWAY -> controls.goAway(id, p, length);
          case Frame.WINDOW_UPDATE -> controls.windowUpdate(id, p, length);
          default -> true;
        };
    return fine && !c.failed();
  }

  private boolean headers(int flags, int id, byte[] p, int length) {
    if (id == 0 || (id & 1) == 0) {
      return protocol("a head on a stream that only the server could open");
    }
    int from = 0;
    int to = length;
    if ((flags & Frame.PADDED) != 0) {
      if (length == 0 || (p[0] & 0xff) >= length) {
        return protocol("padding is longer than its frame");
      }
      to -= p[0] & 0xff;
      from = 1;
    }
    boolean selfish = false;
    if ((flags & Frame.PRIORITISED) != 0) {
      if (to - from < 5) {
        return size("a frame is too short for its priority");
      }
      selfish = (ControlFrames.word(p, from) & 0x7fffffff) == id;
      from += 5;
    }
    if (selfish) {
      return protocol("a stream depends on itself");
    }
    boolean end = (flags & Frame.END_STREAM) != 0;
    if ((flags & Frame.END_HEADERS) != 0) {
      return block(id, p, from, to, end);
    }
    continued = id;
    continuedEnds = end;
    headLength = 0;
    fragments = 0;
    return fragment(p, from, to);
  }

  private boolean fragment(byte[] p, int from, int to) {
    int n = to - from;
    int most = 2 * c.limits.headBytes();
    if (headLength + n > most || fragments++ > MOST_SMALL + most / Frame.PAYLOAD) {
      return c.flooded(Bound.HEAD, "a header block is too large");
    }
    if (headLength + n > head.length) {
      head = Arrays.copyOf(head, Math.max(headLength + n, head.length * 2));
    }
    System.arraycopy(p, from, head, headLength, n);
    headLength += n;
    return true;
  }

  private boolean continuation(int flags, int id, byte[] p, int length) {
    if (continued == 0) {
      return protocol("nothing to continue");
    }
    if (!fragment(p, 0, length)) {
      return false;
    }
    if ((flags & Frame.END_HEADERS) == 0) {
      return true;
    }
    continued = 0;
    byte[] whole = head;
    head = new byte[0];
    return block(id, whole, 0, headLength, continuedEnds);
  }

  /** A header block is complete. */
  private boolean block(int id, byte[] b, int from, int to, boolean end) {
    Http2Stream stream = c.streams.get(id);
    if (stream == null) {
      if (c.wasReset(id)) {
        return skip(b, from, to);
      }
      if (!c.server) {
        return protocol("an answer on a stream that is not open");
      }
      if (id <= c.last()) {
        boolean never = id >= skippedFrom && id <= skippedTo;
        ErrorCode code = never ? ErrorCode.PROTOCOL_ERROR : ErrorCode.STREAM_CLOSED;
        return c.fail(code, "a head on a stream that is closed");
      }
      if (id > c.last() + 2) {
        skippedFrom = c.last() + 1;
        skippedTo = id - 1;
      }
      stream = c.opened(id);
      if (stream == null) {
        return !c.failed() && skip(b, from, to);
      }
    } else if (stream.theirsDone) {
      if (!skip(b, from, to)) {
        return false;
      }
      c.violated(stream, ErrorCode.STREAM_CLOSED);
      return true;
    }
    boolean trailers = stream.headSeen;
    if (!decoder.decode(b, from, to, stream.fields())) {
      return c.fail(ErrorCode.COMPRESSION_ERROR, "a header block is malformed");
    }
    stream.headSeen = true;
    if (trailers && !endsWell(stream, end)) {
      c.violated(stream, ErrorCode.PROTOCOL_ERROR);
      return true;
    }
    stream.theirsDone = end;
    stream.fieldsDone(end);
    c.bothDone(stream);
    return true;
  }

  /** Trailers must be the end, and all of the data that was announced must have come. */
  private static boolean endsWell(Http2Stream stream, boolean end) {
    return end && (stream.expected < 0 || stream.expected == stream.arrived);
  }

  private boolean skip(byte[] b, int from, int to) {
    return decoder.decode(b, from, to, FieldSink.NONE)
        || c.fail(ErrorCode.COMPRESSION_ERROR, "a header block is malformed");
  }
}
