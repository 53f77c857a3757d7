package io.mamparo.wire.http2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * What goes out of a connection, within the windows that the other side grants (RFC 9113, 5.2).
 * Owned by one loop. Data that a window holds back waits in its stream's queue; the streams take
 * turns, a frame each.
 */
final class Outflow {
  private final FrameWriter writer;
  private final HpackEncoder encoder;
  private final Block block;
  private final Flood flood;
  private final ArrayDeque<Http2Stream> waiting = new ArrayDeque<>();
  private int window = Frame.WINDOW;
  private int initial = Frame.WINDOW;
  private int most = Frame.PAYLOAD;

  Outflow(FrameWriter writer, HpackEncoder encoder, Block block, Flood flood) {
    this.writer = writer;
    this.encoder = encoder;
    this.block = block;
    this.flood = flood;
  }

  /** What a new stream's window begins with. */
  int initial() {
    return initial;
  }

  void largestFrame(int bytes) {
    most = Math.min(bytes, 4 * Frame.PAYLOAD);
  }

  /** Changes what windows begin with, and all that have begun; false when one overflows. */
  boolean initial(int bytes, Http2Stream[] open) {
    int change = bytes - initial;
    initial = bytes;
    for (Http2Stream stream : open) {
      if ((long) stream.sendWindow + change > Integer.MAX_VALUE) {
        return false;
      }
      stream.sendWindow += change;
    }
    return true;
  }

  void fields(Http2Stream stream, Block fields, boolean end) {
    writer.headers(stream.id, fields, end, most);
    stream.oursDone = end;
  }

  /** Takes data; owns it. */
  void data(Http2Stream stream, ByteBuf part, boolean end) {
    stream.oursQueued |= end;
    if (stream.queued > 0 || !write(stream, part)) {
      stream.queued += part.readableBytes();
      stream.queue().add(part);
      await(stream);
    }
  }

  void trailers(Http2Stream stream, byte[] lines, int from, int to) {
    stream.oursQueued = true;
    if (stream.queued > 0) {
      stream.trailers = Arrays.copyOfRange(lines, from, to);
      return;
    }
    encoder.begin(block);
    encoder.lines(block, lines, from, to);
    fields(stream, block, true);
  }

  private void await(Http2Stream stream) {
    if (!stream.blocked) {
      stream.blocked = true;
      waiting.add(stream);
    }
  }

  /** Writes as much of a part as the windows allow; releases it and says true if that was all. */
  private boolean write(Http2Stream stream, ByteBuf part) {
    int left = part.readableBytes();
    do {
      int n = Math.min(Math.min(left, most), Math.min(window, stream.sendWindow));
      if (left > 0 && n <= 0) {
        return false;
      }
      left -= n;
      window -= n;
      stream.sendWindow -= n;
      boolean last = left == 0 && stream.oursQueued && noMore(stream);
      if (n > 0 || last) {
        writer.data(stream.id, part, n, last);
        flood.sent();
      }
      stream.oursDone |= last;
    } while (left > 0);
    part.release();
    return true;
  }

  /**
   * Whether nothing follows the part that is being written, which heads the queue if there is one.
   */
  private static boolean noMore(Http2Stream stream) {
    return stream.trailers == null && (stream.queued == 0 || stream.queue().size() == 1);
  }

  /** Sends what is queued, as far as the windows allow; true when all of it is sent. */
  private boolean pump(Http2Stream stream) {
    if (stream.queued == 0) {
      return true;
    }
    ArrayDeque<ByteBuf> queue = stream.queue();
    for (ByteBuf part = queue.peek(); part != null; part = queue.peek()) {
      int before = part.readableBytes();
      boolean all = write(stream, part);
      stream.queued -= all ? before : before - part.readableBytes();
      if (!all) {
        return false;
      }
      queue.remove();
    }
    byte[] lines = stream.trailers;
    if (lines != null) {
      stream.trailers = null;
      trailers(stream, lines, 0, lines.length);
    }
    return true;
  }

  /** A stream's window grows; false when it overflows. */
  boolean grow(Http2Stream stream, int by) {
    if ((long) stream.sendWindow + by > Integer.MAX_VALUE) {
      return false;
    }
    stream.sendWindow += by;
    return true;
  }

  /** The connection's window grows; false when it overflows. */
  boolean grow(int by) {
    if ((long) window + by > Integer.MAX_VALUE) {
      return false;
    }
    window += by;
    return true;
  }

  /** Lets the waiting streams send what they can now, and tells those that have sent all. */
  void release(Http2Connection connection) {
    for (int turns = waiting.size(); turns > 0; turns--) {
      Http2Stream stream = waiting.remove();
      stream.blocked = false;
      if (stream.connection != connection) {
        continue;
      }
      if (pump(stream)) {
        connection.sent(stream);
      } else {
        await(stream);
      }
    }
  }
}
