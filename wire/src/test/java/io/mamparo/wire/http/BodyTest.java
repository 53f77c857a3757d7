package io.mamparo.wire.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BodyTest {
  private static final String CHUNKED =
      "5\r\nhello\r\nA;a=b;c=\"d e\"\r\n0123456789\r\n000\r\nX-Sum: 1\r\nEtag: \u00e9\r\n\r\n";

  private final Body body = new Body();

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  @Test
  void length_endsWhereItSays() {
    body.startLength(5);
    assertEquals(3, body.take(bytes("hel"), null));
    assertFalse(body.done());
    assertEquals(2, body.take(bytes("loGET"), null));
    assertTrue(body.done());
  }

  @Test
  void chunks_endWhereTheyEndHoweverTheyAreSplit() {
    for (int cut = 0; cut <= CHUNKED.length(); cut++) {
      ByteBuf data = Unpooled.buffer();
      body.startChunked();
      int first = body.take(bytes(CHUNKED.substring(0, cut)), data);
      assertEquals(cut, first);
      String rest = CHUNKED.substring(cut) + "GET / HTTP/1.1";
      if (!body.done()) {
        assertEquals(CHUNKED.length() - cut, body.take(bytes(rest), data));
      }
      assertTrue(body.done());
      assertNull(body.refusal());
      assertEquals("hello0123456789", data.toString(ISO_8859_1));
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("x\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("-1\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("+1\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("0x1\r\n", Refusal.CHUNK_SIZE),
        Arguments.of(" 1\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("1 \r\n", Refusal.CHUNK_SIZE),
        Arguments.of("1\n", Refusal.CHUNK_SIZE),
        Arguments.of("1\rX", Refusal.CHUNK_SIZE),
        Arguments.of("1000000000000000\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("0000000000000001\r\n", Refusal.CHUNK_SIZE),
        Arguments.of("1;a\nb\r\n", Refusal.CHUNK_EXTENSION),
        Arguments.of("1;a\0\r\n", Refusal.CHUNK_EXTENSION),
        Arguments.of("1;\u00e9\r\n", Refusal.CHUNK_EXTENSION),
        Arguments.of("1;" + "a".repeat(300) + "\r\n", Refusal.CHUNK_EXTENSION),
        Arguments.of("1\r\nab\r\n", Refusal.CHUNK_END),
        Arguments.of("1\r\na\n", Refusal.CHUNK_END),
        Arguments.of("1\r\na\rX", Refusal.CHUNK_END),
        Arguments.of("0\r\nContent-Length: 5\r\n\r\n", Refusal.TRAILER),
        Arguments.of("0\r\nTRANSFER-encoding: chunked\r\n\r\n", Refusal.TRAILER),
        Arguments.of("0\r\nHost: x\r\n\r\n", Refusal.TRAILER),
        Arguments.of("0\r\nX : y\r\n\r\n", Refusal.TRAILER),
        Arguments.of("0\r\n X: y\r\n\r\n", Refusal.TRAILER),
        Arguments.of("0\r\nX: y\n\r\n", Refusal.TRAILER),
        Arguments.of("0\r\n\n", Refusal.TRAILER),
        Arguments.of("0\r\nX: " + "y".repeat(9000), Refusal.TRAILER),
        Arguments.of("0\r\n\rX", Refusal.TRAILER));
  }

  @ParameterizedTest
  @MethodSource
  void refused(String text, Refusal why) {
    body.startChunked();
    body.take(bytes(text), null);
    assertEquals(why, body.refusal(), text);
    assertFalse(body.done());
  }

  @Test
  void extensionsOfManyChunks_areBoundedTogether() {
    body.startChunked();
    ByteBuf in = bytes(("1;" + "a".repeat(200) + "\r\nx\r\n").repeat(100));
    body.take(in, null);
    assertEquals(Refusal.CHUNK_EXTENSION, body.refusal());
  }
}
