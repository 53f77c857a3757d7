package io.mamparo.wire.http2;

import static io.mamparo.fuzz.Pieces.check;

import io.mamparo.fuzz.Pieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;

/** Frames of HTTP/2 however they are cut, and header blocks of any content. Run by Jazzer. */
public final class FramesFuzz {
  private FramesFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        new byte[] {2, 0, 0, 3, 1, 5, 0, 0, 0, 1, (byte) 0x82, (byte) 0x86, (byte) 0x84},
        new byte[] {4, 0, 0, 4, 0, 8, 0, 0, 0, 1, 1, 'a', 'b', 0},
        new byte[] {6, 0, 0, 6, 1, 4, 0, 0, 0, 1, 0x40, 1, 'a', 1, 'b', (byte) 0xbe},
        new byte[] {8, 0, 0, 5, 1, 4, 0, 0, 0, 1, 0x3f, (byte) 0xe1, 0x1f, 0x41, (byte) 0x8a},
        new byte[] {
          0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8
        });
  }

  /** One connection; the first byte says how it is cut. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] bytes = Pieces.rest(data);
    Pieces.same(read(Pieces.whole(bytes)), read(Pieces.cut(bytes, data[0])));
    HpackDecoder decoder = new HpackDecoder(256);
    int half = bytes.length / 2;
    if (decoder.decode(bytes, 0, half, FieldSink.NONE)) {
      decoder.decode(bytes, half, bytes.length, FieldSink.NONE);
    }
  }

  private static String read(List<byte[]> pieces) {
    Taker taker = new Taker();
    FrameReader reader = new FrameReader(taker, new byte[Frame.PAYLOAD]);
    for (byte[] piece : pieces) {
      if (!taker.over) {
        ByteBuf in = Unpooled.buffer(piece.length + 1).writeBytes(piece);
        reader.read(in);
        in.release();
        check(in.refCnt() == 0, "a piece is kept");
      }
    }
    return taker.seen.toString();
  }

  private static final class Taker implements FrameReader.Frames {
    private final StringBuilder seen = new StringBuilder();
    private final HpackDecoder decoder = new HpackDecoder(4096);
    private boolean over;

    @Override
    public boolean begins(int type, int flags, int id, int length) {
      seen.append('\n').append(type).append(' ').append(flags).append(' ').append(id).append(' ');
      over = length > Frame.PAYLOAD;
      return !over;
    }

    @Override
    public boolean data(int id, ByteBuf part, boolean last) {
      for (int i = part.readerIndex(); i < part.writerIndex(); i++) {
        seen.append(part.getByte(i)).append(',');
      }
      seen.append(last ? "." : "");
      part.release();
      return true;
    }

    @Override
    public boolean frame(int type, int flags, int id, byte[] payload, int length) {
      seen.append(Arrays.toString(Arrays.copyOf(payload, length)));
      if (type == Frame.HEADERS) {
        over = !decoder.decode(payload, 0, length, this::field);
      }
      return !over;
    }

    private void field(
        byte[] b, int at, int name, int value, io.mamparo.wire.http.Field known, boolean sound) {
      check(
          name >= 0 && value >= 0 && at + name + value <= b.length, "a field outside of its array");
      seen.append(known).append(sound);
    }

    @Override
    public boolean malformed(String what) {
      seen.append(what);
      over = true;
      return false;
    }
  }
}
