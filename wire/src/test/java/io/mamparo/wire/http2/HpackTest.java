package io.mamparo.wire.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Netty's implementation is the oracle. */
class HpackTest {
  private final List<String> got = new ArrayList<>();
  private final FieldSink sink =
      (b, at, name, value, known, sound) ->
          got.add(
              new String(b, at, name, ISO_8859_1)
                  + "="
                  + new String(b, at + name, value, ISO_8859_1)
                  + (sound ? "" : " unsound"));

  private boolean decode(HpackDecoder decoder, String hex) {
    byte[] block = HexFormat.of().parseHex(hex.replace(" ", ""));
    return decoder.decode(block, 0, block.length, sink);
  }

  private static Http2Headers random(Random random, int round) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    int count = random.nextInt(20);
    for (int i = 0; i < count; i++) {
      String name =
          List.of("accept", "x-a", "server", "content-length", "cookie").get(random.nextInt(5));
      StringBuilder value = new StringBuilder();
      int length = random.nextInt(round % 10 == 0 ? 600 : 30);
      for (int k = 0; k < length; k++) {
        value.append((char) ('!' + random.nextInt(200)));
      }
      headers.add(name + (random.nextBoolean() ? "" : random.nextInt(40)), value.toString());
    }
    return headers;
  }

  private static List<String> words(Http2Headers headers) {
    List<String> all = new ArrayList<>();
    headers.forEach(h -> all.add(h.getKey() + "=" + h.getValue()));
    return all;
  }

  @Test
  void decoder_readsWhatNettyWrites() throws Exception {
    Random random = new Random(7);
    DefaultHttp2HeadersEncoder netty =
        new DefaultHttp2HeadersEncoder((n, v) -> n.length() % 3 == 0);
    HpackDecoder decoder = new HpackDecoder(4096);
    for (int round = 0; round < 2_000; round++) {
      Http2Headers headers = random(random, round);
      ByteBuf block = Unpooled.buffer();
      netty.encodeHeaders(3, headers, block);
      byte[] bytes = new byte[block.readableBytes()];
      block.readBytes(bytes);
      got.clear();
      assertTrue(decoder.decode(bytes, 0, bytes.length, sink));
      List<String> sound = got.stream().map(s -> s.replace(" unsound", "")).toList();
      assertEquals(words(headers), sound, "round " + round);
    }
  }

  @Test
  void netty_readsWhatEncoderWrites() throws Exception {
    Random random = new Random(8);
    HpackEncoder encoder = new HpackEncoder();
    DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    Block block = new Block();
    for (int round = 0; round < 2_000; round++) {
      Http2Headers headers = random(random, round);
      if (round % 100 == 99) {
        int size = random.nextInt(4097);
        encoder.limit(size);
        netty.configuration().maxHeaderTableSize(size);
      }
      StringBuilder lines = new StringBuilder();
      headers.forEach(
          h -> lines.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
      byte[] text = lines.toString().getBytes(ISO_8859_1);
      encoder.begin(block);
      encoder.status(block, 200 + round % 400);
      encoder.lines(block, text, 0, text.length);
      Http2Headers read =
          netty.decodeHeaders(3, Unpooled.wrappedBuffer(block.bytes(), 0, block.length()));
      List<String> wanted = new ArrayList<>(List.of(":status=" + (200 + round % 400)));
      wanted.addAll(words(headers));
      assertEquals(wanted, words(read), "round " + round);
    }
  }

  @Test
  void repeatedFields_costOneByte() {
    HpackEncoder encoder = new HpackEncoder();
    Block block = new Block();
    byte[] lines = "Server: nginx\r\nX-Kind: car\r\n".getBytes(ISO_8859_1);
    encoder.begin(block);
    encoder.lines(block, lines, 0, lines.length);
    int first = block.length();
    encoder.begin(block);
    encoder.lines(block, lines, 0, lines.length);
    assertEquals(2, block.length());
    assertTrue(first > 10);
  }

  @Test
  void secrets_areNeverIndexed() {
    HpackEncoder encoder = new HpackEncoder();
    Block block = new Block();
    byte[] lines = "authorization: Bearer x\r\n".getBytes(ISO_8859_1);
    encoder.begin(block);
    encoder.lines(block, lines, 0, lines.length);
    assertEquals(0x10, block.bytes()[0] & 0xf0);
  }

  @Test
  void decoder_followsTheExamplesOfTheRfc() {
    HpackDecoder decoder = new HpackDecoder(256);
    assertTrue(
        decode(
            decoder,
            "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6"
                + "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"));
    assertTrue(decode(decoder, "4883 640e ffc1 c0bf"));
    assertEquals(
        List.of(
            ":status=302",
            "cache-control=private",
            "date=Mon, 21 Oct 2013 20:13:21 GMT",
            "location=https://www.example.com",
            ":status=307",
            "cache-control=private",
            "date=Mon, 21 Oct 2013 20:13:21 GMT",
            "location=https://www.example.com"),
        got);
  }

  @Test
  void malformedBlocks_areRefused() {
    for (String hex :
        List.of(
            "80",
            "be",
            "3fe21f",
            "ff",
            "40",
            "4001",
            "400161",
            "0085ffffffff",
            "00 84 1c64 90b2 00",
            "ffffffffff7f")) {
      assertFalse(decode(new HpackDecoder(4096), hex), hex);
    }
    assertFalse(decode(new HpackDecoder(4096), "8220"), "resized within a block");
  }

  @Test
  void unsoundFields_areMarked() {
    assertTrue(decode(new HpackDecoder(4096), "0001 41 01 62"));
    assertTrue(decode(new HpackDecoder(4096), "0001 61 02 0d0a"));
    assertTrue(decode(new HpackDecoder(4096), "0001 61 02 6220"));
    assertTrue(got.stream().allMatch(s -> s.endsWith(" unsound")), got.toString());
  }
}
