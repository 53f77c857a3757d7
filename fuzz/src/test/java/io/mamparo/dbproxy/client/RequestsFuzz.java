package io.mamparo.dbproxy.client;

import static io.mamparo.fuzz.Pieces.check;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.fuzz.Pieces;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client sends once it is in, cut anywhere. Run by Jazzer. */
public final class RequestsFuzz {
  private static final int LARGE = 200;

  private RequestsFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    ByteBuf some = Unpooled.buffer().writeByte(4);
    Frontend.query(some, "select 1");
    Frontend.parse(some, "a".getBytes(UTF_8), "select $1\0\0\0".getBytes(UTF_8));
    some.writeByte('B').writeInt(4 + 300).writeZero(300);
    some.writeByte('E').writeInt(9).writeZero(5);
    Frontend.closeStatement(some, "a".getBytes(UTF_8));
    Frontend.sync(some);
    Frontend.terminate(some);
    byte[] bytes = new byte[some.readableBytes()];
    some.readBytes(bytes);
    return List.of(bytes);
  }

  /** Some messages; the first byte says how they are cut. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] bytes = Pieces.rest(data);
    Pieces.same(read(Pieces.whole(bytes)), read(Pieces.cut(bytes, data[0])));
  }

  private static String read(List<byte[]> pieces) {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    Reader reader = new Reader();
    Requests requests = new Requests(reader);
    try {
      for (byte[] piece : pieces) {
        requests.add(allocator.buffer(piece.length + 1).writeBytes(piece));
        requests.process();
      }
    } catch (ProtocolViolation e) {
      reader.seen.append(e.getMessage());
    }
    requests.release();
    check(allocator.metric().usedDirectMemory() == 0, "direct memory is kept");
    check(allocator.metric().usedHeapMemory() == 0, "heap memory is kept");
    return reader.seen.toString();
  }

  /** Wants small messages whole; passes every other one on. */
  private static final class Reader implements Requests.Handler {
    private final StringBuilder seen = new StringBuilder();
    private boolean even;

    @Override
    public Requests.Verdict request(byte type, ByteBuf in, int at, int length, int have) {
      check(have <= length && at + have <= in.writerIndex(), "a message outside of its buffer");
      if (have < length && (length < LARGE || have < 40)) {
        return Requests.Verdict.MORE;
      }
      seen.append((char) type).append(length).append(' ');
      even = !even;
      return even ? Requests.Verdict.FORWARD : Requests.Verdict.DROP;
    }

    @Override
    public @Nullable ServerConnection server() {
      return null;
    }
  }
}
