package io.mamparo.dbproxy.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.dbproxy.client.Requests.Verdict;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a client may send, cut anywhere: {@code -Dmamparo.seed=N -Dmamparo.rounds=1} replays a
 * round, more rounds look further.
 */
class RequestsSim {
  private static final byte[] TYPES = {'Q', 'P', 'B', 'E', 'D', 'C', 'S', 'H', 'd', 'c', 'f', 'F'};
  private static final long FIRST = Long.getLong("mamparo.seed", 1);
  private static final int ROUNDS = Integer.getInteger("mamparo.rounds", 400);

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

  /** Notes what it sees, and now and then wants more, or cannot go on. */
  private static final class Reader implements Requests.Handler {
    private final List<String> seen = new ArrayList<>();
    private final Random random;

    Reader(Random random) {
      this.random = random;
    }

    @Override
    public Verdict request(byte type, ByteBuf in, int at, int length, int have) {
      assertEquals(type, in.getByte(at));
      if (have < length && (length < 5_000 || have < 40)) {
        return Verdict.MORE;
      }
      if (random.nextInt(9) == 0) {
        return Verdict.STOP;
      }
      seen.add((char) type + " " + length);
      return random.nextBoolean() ? Verdict.FORWARD : Verdict.DROP;
    }

    @Override
    public @Nullable ServerConnection server() {
      return null;
    }
  }

  private ByteBuf piece(byte[] bytes, int from, int to) {
    return allocator.buffer(Math.max(1, to - from)).writeBytes(bytes, from, to - from);
  }

  @Test
  void anyCut_givesTheSameMessages() {
    for (long seed = FIRST; seed < FIRST + ROUNDS; seed++) {
      Random random = new Random(seed);
      ByteBuf sent = Unpooled.buffer();
      List<String> expected = new ArrayList<>();
      for (int i = random.nextInt(30); i >= 0; i--) {
        byte type = TYPES[random.nextInt(TYPES.length)];
        boolean large = Frontend.maxLength(type) > 10_000 && random.nextInt(6) == 0;
        int body = random.nextInt(large ? 50_000 : 60);
        sent.writeByte(type).writeInt(body + 4).writeZero(body);
        expected.add((char) type + " " + (body + 5));
      }
      Reader reader = new Reader(new Random(seed));
      Requests requests = new Requests(reader);
      byte[] bytes = new byte[sent.readableBytes()];
      sent.readBytes(bytes);
      int at = 0;
      while (at < bytes.length) {
        int n = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 9 : 20_000));
        requests.add(piece(bytes, at, at + n));
        requests.process();
        at += n;
      }
      for (int i = 0; i < 500 && !requests.isEmpty(); i++) {
        requests.process();
      }
      assertEquals(expected, reader.seen, "seed " + seed);
      requests.release();
      assertEquals(0, allocator.metric().usedDirectMemory(), "kept by seed " + seed);
    }
  }

  @Test
  void garbage_breaksTheProtocolOrIsWaitedFor() {
    for (long seed = FIRST; seed < FIRST + ROUNDS * 5L; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      if (bytes.length > 5 && random.nextBoolean()) {
        bytes[0] = TYPES[random.nextInt(TYPES.length)];
        bytes[1] = 0;
        bytes[2] = 0;
      }
      Requests requests = new Requests(new Reader(random));
      requests.add(piece(bytes, 0, bytes.length));
      try {
        requests.process();
      } catch (ProtocolViolation expected) {
        // The session ends then.
      }
      requests.release();
      assertEquals(0, allocator.metric().usedDirectMemory(), "kept by seed " + seed);
      startUp(bytes);
    }
  }

  /** Goes at the first message. */
  private static final class Leaver implements Requests.Handler {
    private final Requests requests = new Requests(this);

    @Override
    public Verdict request(byte type, ByteBuf in, int at, int length, int have) {
      requests.release();
      return Verdict.STOP;
    }

    @Override
    public @Nullable ServerConnection server() {
      return null;
    }
  }

  @Test
  void goodBye_leavesNothingBehind() {
    Leaver leaver = new Leaver();
    leaver.requests.add(piece(new byte[] {'X', 0, 0, 0, 4}, 0, 5));
    leaver.requests.process();
    assertEquals(0, allocator.metric().usedDirectMemory());
  }

  private static void startUp(byte[] bytes) {
    try {
      StartupPacket.read(Unpooled.wrappedBuffer(bytes));
    } catch (ProtocolViolation | IndexOutOfBoundsException expected) {
      // The connection is refused then.
    }
  }
}
