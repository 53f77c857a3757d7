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

@SuppressWarnings("StringConcatToTextBlock") // line ends are what this is about
class RequestHeadTest {
  private static final String FULL =
      "POST /a/b?c=d HTTP/1.1\r\nHost: example.org:8080\r\nX-Other:\t v 1 \r\n"
          + "Content-Length: 5\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n";

  private final RequestHead head = new RequestHead();

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  private Progress parse(String text) {
    head.reset();
    return head.feed(bytes(text), HeadLimits.DEFAULT);
  }

  private String text(int from, int to) {
    return new String(head.bytes(), from, to - from, ISO_8859_1);
  }

  @Test
  void head_isUnderstoodHoweverItIsSplit() {
    String message = FULL + "hello";
    for (int first = 0; first <= FULL.length(); first++) {
      for (int second : new int[] {first, Math.min(first + 1, FULL.length()), FULL.length()}) {
        head.reset();
        Progress progress = Progress.MORE;
        int[] cuts = {0, first, second, message.length()};
        for (int i = 0; i < 3 && progress == Progress.MORE; i++) {
          ByteBuf in = bytes(message.substring(cuts[i], cuts[i + 1]));
          progress = head.feed(in, HeadLimits.DEFAULT);
          if (progress == Progress.DONE) {
            String rest = in.toString(ISO_8859_1) + message.substring(cuts[i + 1]);
            assertEquals("hello", rest);
          } else {
            assertFalse(in.isReadable());
          }
        }
        assertEquals(Progress.DONE, progress);
        assertFull();
      }
    }
  }

  private void assertFull() {
    assertEquals(Method.POST, head.method());
    assertEquals("/a/b", text(head.pathStart(), head.pathEnd()));
    assertEquals("?c=d", text(head.pathEnd(), head.targetEnd()));
    assertEquals("example.org:8080", text(head.hostStart(), head.hostEnd()));
    assertEquals(FULL.length(), head.length());
    Fields fields = head.fields();
    assertEquals(5, fields.count());
    assertEquals("v 1", text(fields.valueStart(1), fields.valueEnd(1)));
    assertEquals(Field.NOMINATED, fields.field(4));
    assertTrue(head.keepAlive());
    assertTrue(head.hasBody());
  }

  @Test
  void byteByByte_isUnderstood() {
    head.reset();
    Progress progress = Progress.MORE;
    for (int i = 0; i < FULL.length(); i++) {
      assertEquals(Progress.MORE, progress, "at " + i);
      progress = head.feed(bytes(FULL.substring(i, i + 1)), HeadLimits.DEFAULT);
    }
    assertEquals(Progress.DONE, progress);
    assertFull();
  }

  static Stream<Arguments> refused() {
    String host = "Host: a\r\n";
    return Stream.of(
        Arguments.of("GET / HTTP/1.1\nHost: a\n\n", Refusal.BARE_LINE_FEED),
        Arguments.of("GET / HTTP/1.1\r\nHost: a\n\r\n", Refusal.BARE_LINE_FEED),
        Arguments.of("GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", Refusal.FIELD_VALUE),
        Arguments.of("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", Refusal.FIELD_VALUE),
        Arguments.of("GET / HTTP/1.1\r\nHost: a\r\nX: b\u007fc\r\n\r\n", Refusal.FIELD_VALUE),
        Arguments.of("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", Refusal.FOLDED_FIELD),
        Arguments.of("GET / HTTP/1.1\r\n Host: a\r\n\r\n", Refusal.FOLDED_FIELD),
        Arguments.of("GET / HTTP/1.1\r\nHost : a\r\n\r\n", Refusal.FIELD_NAME),
        Arguments.of("GET / HTTP/1.1\r\nHost\r\n\r\n", Refusal.FIELD_NAME),
        Arguments.of("GET / HTTP/1.1\r\n: a\r\n\r\n", Refusal.FIELD_NAME),
        Arguments.of("GET / HTTP/1.1\r\nH\u00f6st: a\r\n\r\n", Refusal.FIELD_NAME),
        Arguments.of("GET / HTTP/1.1\r\n\r\n", Refusal.HOST_MISSING),
        Arguments.of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Refusal.HOST),
        Arguments.of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Refusal.HOST),
        Arguments.of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", Refusal.HOST),
        Arguments.of("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", Refusal.HOST),
        Arguments.of("GET  / HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET /  HTTP/1.1\r\n" + host + "\r\n", Refusal.VERSION),
        Arguments.of("GET /a b HTTP/1.1\r\n" + host + "\r\n", Refusal.VERSION),
        Arguments.of("GET /#f HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET /\u00e4 HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET a HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET * HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET ftp://a/ HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET http:///x HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET http://u@a/x HTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET /\tHTTP/1.1\r\n" + host + "\r\n", Refusal.TARGET),
        Arguments.of("GET /\r\n\r\n", Refusal.TARGET),
        Arguments.of("G@T / HTTP/1.1\r\n" + host + "\r\n", Refusal.REQUEST_LINE),
        Arguments.of(" GET / HTTP/1.1\r\n" + host + "\r\n", Refusal.REQUEST_LINE),
        Arguments.of("\r\n\r\nGET / HTTP/1.1\r\n" + host + "\r\n", Refusal.REQUEST_LINE),
        Arguments.of("X".repeat(33) + " / HTTP/1.1\r\n\r\n", Refusal.METHOD),
        Arguments.of("GET / HTTP/1.2\r\n" + host + "\r\n", Refusal.VERSION_UNSUPPORTED),
        Arguments.of("GET / HTTP/3.0\r\n" + host + "\r\n", Refusal.VERSION_UNSUPPORTED),
        Arguments.of("GET / http/1.1\r\n" + host + "\r\n", Refusal.VERSION),
        Arguments.of("GET / HTTP/1.10\r\n" + host + "\r\n", Refusal.VERSION),
        Arguments.of("GET / HTTP/11\r\n" + host + "\r\n", Refusal.VERSION),
        Arguments.of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Refusal.HTTP2_PREFACE),
        Arguments.of("\u0016\u0003\u0001\u0002\u0000\u0001", Refusal.TLS),
        Arguments.of("CONNECT a:443 HTTP/1.1\r\n" + host + "\r\n", Refusal.CONNECT),
        Arguments.of(lengths("Content-Length: 5\r\nContent-Length: 6"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: 5\r\nContent-Length: 5"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: 5, 5"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: +5"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: -5"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: 0x5"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: 5 5"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length:"), Refusal.CONTENT_LENGTH),
        Arguments.of(lengths("Content-Length: 9223372036854775808"), Refusal.CONTENT_LENGTH),
        Arguments.of(
            lengths("Content-Length: 5\r\nTransfer-Encoding: chunked"),
            Refusal.LENGTH_AND_ENCODING),
        Arguments.of(
            lengths("Transfer-Encoding: chunked\r\nContent-Length: 5"),
            Refusal.LENGTH_AND_ENCODING),
        Arguments.of(
            lengths("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            Refusal.TRANSFER_ENCODING),
        Arguments.of(
            lengths("Transfer-Encoding: gzip, chunked"), Refusal.TRANSFER_ENCODING_UNKNOWN),
        Arguments.of(
            lengths("Transfer-Encoding: chunked, identity"), Refusal.TRANSFER_ENCODING_UNKNOWN),
        Arguments.of(lengths("Transfer-Encoding: xchunked"), Refusal.TRANSFER_ENCODING_UNKNOWN),
        Arguments.of(lengths("Transfer-Encoding: \u000bchunked"), Refusal.FIELD_VALUE),
        Arguments.of(lengths("Transfer-Encoding: \"chunked\""), Refusal.TRANSFER_ENCODING_UNKNOWN),
        Arguments.of(lengths("Transfer-Encoding:"), Refusal.TRANSFER_ENCODING),
        Arguments.of(lengths("Transfer-Encoding : chunked"), Refusal.FIELD_NAME),
        Arguments.of(lengths("Transfer\u0000-Encoding: chunked"), Refusal.FIELD_NAME),
        Arguments.of(
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Refusal.ENCODING_IN_1_0),
        Arguments.of(
            lengths("Connection: content-length\r\nContent-Length: 5"), Refusal.NOMINATED_FIELD),
        Arguments.of(lengths("Connection: close, Host"), Refusal.NOMINATED_FIELD),
        Arguments.of(
            lengths("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked"),
            Refusal.NOMINATED_FIELD),
        Arguments.of(lengths("Expect: 200-ok"), Refusal.EXPECTATION));
  }

  private static String lengths(String fields) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
  }

  @ParameterizedTest
  @MethodSource
  void refused(String text, Refusal why) {
    assertEquals(Progress.REFUSED, parse(text), text);
    assertEquals(why, head.refusal());
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusedByteByByte(String text, Refusal why) {
    head.reset();
    Progress progress = Progress.MORE;
    for (int i = 0; i < text.length() && progress == Progress.MORE; i++) {
      progress = head.feed(bytes(text.substring(i, i + 1)), HeadLimits.DEFAULT);
    }
    assertEquals(Progress.REFUSED, progress);
    assertEquals(why, head.refusal());
  }

  @Test
  void longHeads_areRefusedWithoutKeepingMoreThanTheLimit() {
    HeadLimits limits = new HeadLimits(2048, 3, 100);
    head.reset();
    String many = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n";
    assertEquals(Progress.REFUSED, head.feed(bytes(many), limits));
    assertEquals(Refusal.TOO_MANY_FIELDS, head.refusal());
    head.reset();
    String large = "GET / HTTP/1.1\r\nHost: a\r\nA: " + "x".repeat(4000);
    assertEquals(Progress.REFUSED, head.feed(bytes(large), limits));
    assertEquals(Refusal.HEAD_TOO_LARGE, head.refusal());
    head.reset();
    assertEquals(Progress.REFUSED, head.feed(bytes("GET /" + "x".repeat(200)), limits));
    assertEquals(Refusal.TARGET_TOO_LONG, head.refusal());
    head.reset();
    String exact = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
    String fits = exact + "x".repeat(2048 - exact.length() - 4) + "\r\n\r\n";
    assertEquals(Progress.DONE, head.feed(bytes(fits), limits));
  }

  @Test
  void absoluteTarget_givesHostAndPath() {
    assertEquals(Progress.DONE, parse("GET HTTP://b:81/x?y HTTP/1.1\r\nHost: ignored\r\n\r\n"));
    assertTrue(head.absolute());
    assertEquals("b:81", text(head.hostStart(), head.hostEnd()));
    assertEquals("/x", text(head.pathStart(), head.pathEnd()));
  }

  @Test
  void keepAlive_followsVersionAndConnection() {
    assertEquals(Progress.DONE, parse("GET / HTTP/1.0\r\n\r\n"));
    assertFalse(head.keepAlive());
    assertEquals(Progress.DONE, parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    assertTrue(head.keepAlive());
    assertEquals(Progress.DONE, parse("GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"));
    assertFalse(head.keepAlive());
  }

  @Test
  void upgrade_isForEverythingButCleartextHttp2() {
    String upgrade =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ";
    assertEquals(Progress.DONE, parse(upgrade + "websocket\r\n\r\n"));
    assertTrue(head.upgrade());
    assertEquals(Progress.DONE, parse(upgrade + "h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"));
    assertFalse(head.upgrade());
  }

  @Test
  void oneEmptyLineBefore_isForgiven() {
    assertEquals(Progress.DONE, parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    assertEquals(Method.GET, head.method());
  }

  @Test
  void writer_leavesOutDroppedFieldsOnly() {
    assertEquals(Progress.DONE, parse(FULL));
    ByteBuf out = Unpooled.buffer();
    long dropped = Field.set(Field.CONNECTION, Field.NOMINATED);
    new HeadWriter().reset().fields(head.fields(), dropped).hex(255, 4).decimal(120).to(out);
    assertEquals(
        "Host: example.org:8080\r\nX-Other:\t v 1 \r\nContent-Length: 5\r\n00ff120",
        out.toString(ISO_8859_1));
  }
}
