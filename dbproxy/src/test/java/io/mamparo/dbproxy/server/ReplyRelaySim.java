package io.mamparo.dbproxy.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What a server may send, cut anywhere: {@code -Dmamparo.seed=N -Dmamparo.rounds=1} replays a
 * round, more rounds look further.
 */
class ReplyRelaySim {
  private static final byte[] TYPES = {'D', 'T', 'C', 'Z', '1', '2', '3', 'd', 'N', 'E', 'S', 'A'};
  private static final long FIRST = Long.getLong("mamparo.seed", 1);
  private static final int ROUNDS = Integer.getInteger("mamparo.rounds", 400);

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

  /** Lets messages with an odd last byte of their length pass, and says something after Z. */
  private static final class Sieve implements ReplyRelay.Handler {
    private final ByteBuf passed = Unpooled.buffer();
    private int seen;
    private boolean speaks;

    @Override
    public boolean message(byte type, ByteBuf in, int at, int length) {
      seen++;
      speaks = type == 'Z';
      return passes(length);
    }

    @Override
    public boolean largeMessage(byte type, int length) {
      seen++;
      return passes(length);
    }

    static boolean passes(int length) {
      return length % 3 != 0;
    }

    @Override
    public void pass(ByteBuf bytes) {
      passed.writeBytes(bytes);
      bytes.release();
    }

    @Override
    public boolean interjects() {
      return speaks;
    }

    @Override
    public void interject() {
      speaks = false;
      passed.writeByte('!');
    }
  }

  private ByteBuf piece(byte[] bytes, int from, int to) {
    return allocator.buffer(Math.max(1, to - from)).writeBytes(bytes, from, to - from);
  }

  @Test
  void anyCut_passesTheSameBytes() {
    for (long seed = FIRST; seed < FIRST + ROUNDS; seed++) {
      Random random = new Random(seed);
      ByteBuf sent = Unpooled.buffer();
      ByteBuf expected = Unpooled.buffer();
      int messages = 1 + random.nextInt(30);
      for (int i = 0; i < messages; i++) {
        byte type = TYPES[random.nextInt(TYPES.length)];
        boolean large = random.nextInt(12) == 0;
        int body = large ? random.nextInt(60_000) : random.nextInt(80);
        ByteBuf message = Unpooled.buffer().writeByte(type).writeInt(body + 4);
        for (int j = 0; j < body; j++) {
          message.writeByte(random.nextInt());
        }
        sent.writeBytes(message.duplicate());
        if (Sieve.passes(body + 5)) {
          expected.writeBytes(message);
        }
        if (type == 'Z' && body + 5 <= ReplyRelay.HELD) {
          expected.writeByte('!');
        }
      }
      Sieve sieve = new Sieve();
      ReplyRelay relay = new ReplyRelay(sieve);
      byte[] bytes = bytes(sent);
      // An inspected message is held whole, whatever its size; 'Z' of any size speaks.
      int at = 0;
      while (at < bytes.length) {
        int n = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 9 : 30_000));
        relay.read(piece(bytes, at, at + n));
        at += n;
      }
      assertEquals(messages, sieve.seen, "seed " + seed);
      assertEquals(true, relay.atBoundary(), "seed " + seed);
      assertArrayEquals(
          withoutMarks(bytes(expected)), withoutMarks(bytes(sieve.passed)), "seed " + seed);
      assertEquals(0, allocator.metric().usedDirectMemory(), "kept by seed " + seed);
    }
  }

  /** Where a large Z is cut decides whether it is looked at; compare without what is said. */
  private static byte[] withoutMarks(byte[] bytes) {
    ByteBuf kept = Unpooled.buffer();
    for (byte b : bytes) {
      if (b != '!') {
        kept.writeByte(b);
      }
    }
    return bytes(kept);
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }

  @Test
  void garbage_breaksTheProtocolOrIsWaitedFor() {
    for (long seed = FIRST; seed < FIRST + ROUNDS * 5L; seed++) {
      Random random = new Random(seed);
      ReplyRelay relay = new ReplyRelay(new Sieve());
      byte[] bytes = new byte[random.nextInt(2_000)];
      random.nextBytes(bytes);
      int at = 0;
      try {
        while (at < bytes.length) {
          int n = Math.min(bytes.length - at, 1 + random.nextInt(200));
          relay.read(piece(bytes, at, at + n));
          at += n;
        }
      } catch (ProtocolViolation | IndexOutOfBoundsException expected) {
        // The connection is closed then.
      }
      relay.release();
    }
  }
}
