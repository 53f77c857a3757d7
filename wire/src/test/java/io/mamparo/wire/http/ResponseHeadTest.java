package io.mamparo.wire.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseHeadTest {
  private final ResponseHead head = new ResponseHead();
  private final Body body = new Body();

  private Progress parse(String text) {
    head.reset();
    return head.feed(Unpooled.copiedBuffer(text, ISO_8859_1), HeadLimits.DEFAULT);
  }

  @Test
  void head_isUnderstoodHoweverItIsSplit() {
    String text = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nServer: x\r\n\r\n";
    for (int cut = 0; cut < text.length(); cut++) {
      head.reset();
      ByteBuf first = Unpooled.copiedBuffer(text.substring(0, cut), ISO_8859_1);
      assertEquals(Progress.MORE, head.feed(first, HeadLimits.DEFAULT));
      ByteBuf second = Unpooled.copiedBuffer(text.substring(cut) + "ok", ISO_8859_1);
      assertEquals(Progress.DONE, head.feed(second, HeadLimits.DEFAULT));
      assertEquals("ok", second.toString(ISO_8859_1));
      assertEquals(404, head.status());
      assertEquals(2, head.fields().count());
      assertTrue(head.keepAlive());
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("HTTP/1.1 20 OK\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("HTTP/1.1 099 OK\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("HTTP/1.1 600 OK\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("HTTP/1.1  200 OK\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("HTTP/1.1 2000K\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("HTTP/2.0 200 OK\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("ICY 200 OK and so on\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("\r\nHTTP/1.1 200 OK\r\n\r\n", Refusal.STATUS_LINE),
        Arguments.of("HTTP/1.1 200 OK\n\n", Refusal.BARE_LINE_FEED),
        Arguments.of("HTTP/1.1 200 OK\r\nA: 1\r\n b\r\n\r\n", Refusal.FOLDED_FIELD),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            Refusal.CONTENT_LENGTH),
        Arguments.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            Refusal.LENGTH_AND_ENCODING));
  }

  @ParameterizedTest
  @MethodSource
  void refused(String text, Refusal why) {
    assertEquals(Progress.REFUSED, parse(text), text);
    assertEquals(why, head.refusal());
  }

  @Test
  void body_followsStatusAndMethod() {
    assertEquals(Progress.DONE, parse("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"));
    head.startBody(body, false);
    assertTrue(body.done());
    assertEquals(Progress.DONE, parse("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n"));
    head.startBody(body, true);
    assertTrue(body.done());
    head.startBody(body, false);
    assertFalse(body.done());
    assertEquals(Progress.DONE, parse("HTTP/1.0 200 OK\r\n\r\n"));
    head.startBody(body, false);
    assertTrue(body.untilClose());
    assertFalse(head.keepAlive());
    assertEquals(Progress.DONE, parse("HTTP/1.1 103 Early Hints\r\n\r\n"));
    assertTrue(head.interim());
  }
}
