package io.mamparo.wire.http;

import static io.mamparo.fuzz.Pieces.check;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.fuzz.Pieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * Requests and responses one after the other on a connection: heads, bodies by length and in
 * chunks, trailers. However they are cut, the same is taken, and refused at the same place. Run by
 * Jazzer.
 */
public final class HeadFuzz {
  /** Small, so that they are met. */
  private static final HeadLimits LIMITS = new HeadLimits(600, 8, 200);

  private HeadFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        seed("\2GET /a?b HTTP/1.1\r\nHost: c\r\nConnection: close, x\r\nX: y\r\n\r\n"),
        seed("\4POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n"),
        seed(
            "\6PUT http://c:1/d HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n"
                .concat("3;e=f\r\nabc\r\n0\r\ngrpc-status: 0\r\nG: h\r\n\r\n")),
        seed("\6PUT / HTTP/1.1\r\nHost: c\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n"),
        seed("\10OPTIONS * HTTP/1.1\r\nHost:\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
        seed("\12PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        seed("\3HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 204 No\r\n\r\n"),
        seed("\5HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nabc"),
        seed("\7HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"));
  }

  private static byte[] seed(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** One connection; the first byte says how it is cut, and which side speaks. */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    boolean requests = data[0] % 2 == 0;
    byte[] bytes = Pieces.rest(data);
    Pieces.same(
        read(requests, Pieces.whole(bytes)),
        read(requests, Pieces.cut(bytes, (byte) (data[0] >> 1))));
  }

  private static String read(boolean requests, List<byte[]> pieces) {
    Reader reader = new Reader(requests);
    for (byte[] piece : pieces) {
      reader.read(Unpooled.wrappedBuffer(piece));
    }
    reader.endOfBody();
    return reader.seen.toString();
  }

  private static final class Reader {
    private final boolean requests;
    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();
    private final Body body = new Body();
    private final Trailer trailer = new Trailer();
    private final ByteBuf content = Unpooled.buffer();
    private final ByteBuf raw = Unpooled.buffer();
    private final StringBuilder seen = new StringBuilder();
    private boolean inBody;
    private boolean refused;

    Reader(boolean requests) {
      this.requests = requests;
      request.reset();
      response.reset();
    }

    void read(ByteBuf in) {
      while (!refused && (inBody || in.isReadable())) {
        if (!(inBody ? body(in) : head(in))) {
          return;
        }
      }
    }

    private boolean head(ByteBuf in) {
      Progress progress = requests ? request.feed(in, LIMITS) : response.feed(in, LIMITS);
      switch (progress) {
        case MORE -> {
          check(!in.isReadable(), "more is wanted, but not what is there");
          return false;
        }
        case REFUSED -> {
          // Why may differ: a line that is too long may also be wrong in another way.
          Refusal why = requests ? request.refusal() : response.refusal();
          check(why.status() >= 400, "a refusal without a status");
          seen.append("refused");
          refused = true;
          return false;
        }
        case DONE -> {
          describe(requests ? request.fields() : response.fields());
          trailer.reset();
          if (requests) {
            describeRequest();
            request.startBody(body, trailer);
          } else {
            seen.append(response.status()).append(response.minor()).append(response.keepAlive());
            response.startBody(body, false, trailer);
          }
          inBody = true;
        }
      }
      return true;
    }

    private void describeRequest() {
      byte[] b = request.bytes();
      seen.append(text(b, request.methodStart(), request.methodEnd())).append(' ');
      seen.append(text(b, request.pathStart(), request.pathEnd())).append(' ');
      seen.append(text(b, request.pathEnd(), request.targetEnd())).append(' ');
      seen.append(text(b, request.sentStart(), request.sentEnd())).append(' ');
      seen.append(text(b, request.hostStart(), request.hostEnd())).append(' ');
      seen.append(request.method()).append(request.minor()).append(request.absolute());
      seen.append(request.keepAlive()).append(request.upgrade()).append(request.expectContinue());
      seen.append(request.hasBody()).append(request.contentLength()).append('\n');
    }

    private void describe(Fields fields) {
      byte[] b = fields.bytes();
      check(fields.count() <= 8, "more fields than allowed");
      for (int i = 0; i < fields.count(); i++) {
        String value = text(b, fields.valueStart(i), fields.valueEnd(i));
        check(value.indexOf('\r') < 0 && value.indexOf('\n') < 0, "a line break in a value");
        seen.append(fields.field(i)).append(text(b, fields.lineStart(i), fields.lineEnd(i)));
        seen.append(value).append('\n');
      }
    }

    private static String text(byte[] b, int from, int to) {
      check(from <= to, "ends before it begins");
      return new String(b, from, to - from, ISO_8859_1);
    }

    private boolean body(ByteBuf in) {
      int n = body.take(in, content);
      check(n >= 0 && n <= in.readableBytes(), "takes what is not there");
      raw.writeBytes(in, n);
      if (body.refusal() != null) {
        seen.append("refused body");
        refused = true;
        return false;
      }
      if (!body.done()) {
        check(!in.isReadable(), "more is wanted, but not what is there");
        return false;
      }
      endOfBody();
      seen.append(trailer.number("grpc-status".getBytes(ISO_8859_1)));
      inBody = false;
      request.reset();
      response.reset();
      return true;
    }

    void endOfBody() {
      if (inBody) {
        seen.append(raw.toString(ISO_8859_1)).append('|').append(content.toString(ISO_8859_1));
        seen.append('|').append(text(trailer.bytes(), 0, trailer.length())).append('\n');
        raw.clear();
        content.clear();
      }
    }
  }
}
