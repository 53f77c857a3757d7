package io.mamparo.wire.http2;

/**
 * Frames that carry neither fields nor data: settings, pings, windows, resets, farewells. Owned by
 * one loop.
 */
final class ControlFrames {
  private final Http2Connection c;
  private final Flood flood;
  private boolean settled;

  ControlFrames(Http2Connection c, Flood flood) {
    this.c = c;
    this.flood = flood;
  }

  /** Whether the other side's settings have come. */
  boolean settled() {
    return settled;
  }

  private boolean protocol(String what) {
    return c.fail(ErrorCode.PROTOCOL_ERROR, what);
  }

  private boolean size(String what) {
    return c.fail(ErrorCode.FRAME_SIZE_ERROR, what);
  }

  static int word(byte[] p, int at) {
    return (p[at] & 0xff) << 24
        | (p[at + 1] & 0xff) << 16
        | (p[at + 2] & 0xff) << 8
        | (p[at + 3] & 0xff);
  }

  boolean priority(int id, byte[] p, int length) {
    if (id == 0) {
      return protocol("a priority without a stream");
    }
    if (length != 5) {
      return size("a priority is not of 5 bytes");
    }
    return (word(p, 0) & 0x7fffffff) != id || protocol("a stream depends on itself");
  }

  boolean reset(int id, byte[] p, int length) {
    if (length != 4) {
      return size("a reset is not of 4 bytes");
    }
    if (id == 0 || c.idle(id)) {
      return protocol("a reset of a stream that is not open");
    }
    if (c.server && flood.reset(c.now())) {
      return c.flooded(Bound.RESETS, "too many streams were reset");
    }
    Http2Stream stream = c.streams.get(id);
    if (stream != null) {
      c.wasReset(stream, ErrorCode.of(word(p, 0)));
    }
    return true;
  }

  boolean ping(int flags, int id, byte[] p, int length) {
    if (id != 0) {
      return protocol("a ping on a stream");
    }
    if (length != 8) {
      return size("a ping is not of 8 bytes");
    }
    long payload = (long) word(p, 0) << 32 | (word(p, 4) & 0xffffffffL);
    if ((flags & Frame.ACK) != 0) {
      c.ponged(payload);
    } else {
      c.writer.ping(payload, true);
    }
    return true;
  }

  boolean goAway(int id, byte[] p, int length) {
    if (id != 0) {
      return protocol("a farewell on a stream");
    }
    if (length < 8) {
      return size("a farewell is shorter than 8 bytes");
    }
    c.goingAway(word(p, 0) & 0x7fffffff);
    return true;
  }

  boolean windowUpdate(int id, byte[] p, int length) {
    if (length != 4) {
      return size("a window update is not of 4 bytes");
    }
    if (flood.update(c.now())) {
      return c.flooded(Bound.CONTROLS, "too many window updates");
    }
    int by = word(p, 0) & 0x7fffffff;
    if (id == 0) {
      if (by == 0) {
        return protocol("a window grows by nothing");
      }
      if (!c.out.grow(by)) {
        return c.fail(ErrorCode.FLOW_CONTROL_ERROR, "a window overflows");
      }
      c.out.release(c);
      return true;
    }
    if (c.idle(id)) {
      return protocol("a window update of a stream that is not open");
    }
    Http2Stream stream = c.streams.get(id);
    if (stream == null) {
      return true;
    }
    if (by == 0) {
      c.violated(stream, ErrorCode.PROTOCOL_ERROR);
    } else if (!c.out.grow(stream, by)) {
      c.violated(stream, ErrorCode.FLOW_CONTROL_ERROR);
    } else {
      c.out.release(c);
    }
    return true;
  }

  boolean settings(int flags, int id, byte[] p, int length) {
    if (id != 0) {
      return protocol("settings on a stream");
    }
    if ((flags & Frame.ACK) != 0) {
      return length == 0 || size("an acknowledgement carries settings");
    }
    if (length % 6 != 0) {
      return size("a setting is not of 6 bytes");
    }
    for (int at = 0; at < length; at += 6) {
      int number = (p[at] & 0xff) << 8 | (p[at + 1] & 0xff);
      if (!setting(number, word(p, at + 2) & 0xffffffffL)) {
        return false;
      }
    }
    settled = true;
    c.writer.settingsAck();
    c.owner.settled();
    return true;
  }

  private boolean setting(int number, long value) {
    switch (number) {
      case Frame.HEADER_TABLE_SIZE -> c.encoder().limit(value);
      case Frame.ENABLE_PUSH -> {
        return value <= 1 || protocol("ENABLE_PUSH is neither 0 nor 1");
      }
      case Frame.MAX_CONCURRENT_STREAMS -> c.most(value);
      case Frame.INITIAL_WINDOW_SIZE -> {
        boolean fits = value <= Integer.MAX_VALUE && c.out.initial((int) value, c.streams.all());
        c.out.release(c);
        return fits || c.fail(ErrorCode.FLOW_CONTROL_ERROR, "a window overflows");
      }
      case Frame.MAX_FRAME_SIZE -> {
        if (value < Frame.PAYLOAD || value > Frame.LARGEST_PAYLOAD) {
          return protocol("MAX_FRAME_SIZE is out of its bounds");
        }
        c.out.largestFrame((int) value);
      }
      default -> {
        // Unknown settings are ignored; the size of header lists is advice.
      }
    }
    return true;
  }
}
