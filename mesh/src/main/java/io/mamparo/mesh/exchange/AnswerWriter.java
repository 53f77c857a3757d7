package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.ResponseHead;
import io.netty.buffer.ByteBuf;

/**
 * Writes the head that a client gets: the service's, without what concerns one hop only. Owned by
 * one loop.
 *
 * <p>Between HTTP/1.1 and HTTP/1.1 an answer usually arrives in one buffer and loses a field or two
 * on its way. Its head is then written anew in place, right before the body, and the buffer goes
 * out as it came in.
 */
final class AnswerWriter {
  private static final long HOP =
      Field.set(
          Field.CONNECTION,
          Field.KEEP_ALIVE,
          Field.PROXY_CONNECTION,
          Field.UPGRADE,
          Field.NOMINATED);
  private static final long LENGTHS = Field.set(Field.CONTENT_LENGTH, Field.TRANSFER_ENCODING);
  private static final long UPGRADED = Field.set(Field.KEEP_ALIVE, Field.PROXY_CONNECTION);
  private static final int VERSION = 8;
  private static final byte[] HTTP_1_1 = "HTTP/1.1".getBytes(US_ASCII);
  private static final byte[] CLOSE = "connection: close\r\n".getBytes(US_ASCII);
  private static final byte[] KEEP = "connection: keep-alive\r\n".getBytes(US_ASCII);
  private static final byte[] CHUNKED = "transfer-encoding: chunked\r\n".getBytes(US_ASCII);
  private static final byte[] CRLF = {'\r', '\n'};
  private static final int NO_CONTENT = 204;

  private final MeshLoop loop;

  AnswerWriter(MeshLoop loop) {
    this.loop = loop;
  }

  /** The fields of a head or an interim one, for HTTP/2, as lines. */
  HeadWriter lines(Exchange x) {
    long dropped = HOP | Field.TRANSFER_ENCODING.bit();
    boolean none = x.response.status() == NO_CONTENT || x.response.interim();
    dropped |= none ? Field.CONTENT_LENGTH.bit() : 0;
    return loop.writer.reset().fields(x.response.fields(), dropped);
  }

  /**
   * Writes a head for HTTP/1.1.
   *
   * @return how many bytes right before the body are that head; 0 when it was sent already
   */
  int head(Exchange x, ClientConnection to, ByteBuf in, int start) {
    Fields fields = x.response.fields();
    long dropped = HOP;
    dropped |= x.status == NO_CONTENT ? LENGTHS : 0;
    dropped |= x.unchunk ? Field.TRANSFER_ENCODING.bit() : 0;
    boolean same = !x.last && !x.chunk && x.request.minor() == 1 && x.response.minor() == 1;
    if (start >= 0 && same && !fields.edited() && !fields.hasAny(dropped)) {
      in.readerIndex(start + x.response.length());
      return x.response.length();
    }
    HeadWriter out = compose(x, dropped);
    if (start >= 0 && !x.unchunk && out.length() <= x.response.length()) {
      out.to(in, in.readerIndex() - out.length());
      return out.length();
    }
    send(x, to, out);
    return 0;
  }

  private HeadWriter compose(Exchange x, long dropped) {
    HeadWriter out = begin(x).fields(x.response.fields(), dropped);
    if (x.chunk) {
      out.add(CHUNKED);
    }
    if (x.last) {
      out.add(CLOSE);
    } else if (x.request.minor() == 0) {
      out.add(KEEP);
    }
    return out.add(CRLF);
  }

  /** The status line, in the version that is spoken here. */
  private HeadWriter begin(Exchange x) {
    ResponseHead head = x.response;
    Fields fields = head.fields();
    int statusEnd = fields.count() > 0 ? fields.lineStart(0) : fields.end();
    return loop.writer.reset().add(HTTP_1_1).add(head.bytes(), VERSION, statusEnd);
  }

  private void send(Exchange x, ClientConnection to, HeadWriter out) {
    ByteBuf buffer = loop.alloc.directBuffer(out.length());
    out.to(buffer);
    x.responseBytes += out.length();
    to.pass(buffer);
  }

  /** 100, 103 and the like, which HTTP/1.0 does not know. */
  void interim(Exchange x, ClientConnection to) {
    if (x.request.minor() == 1) {
      send(x, to, begin(x).fields(x.response.fields(), HOP | LENGTHS).add(CRLF));
      to.flush();
    }
  }

  /** Whether a connection of HTTP/1.1 ends with this answer. */
  boolean last(Exchange x) {
    return !x.requestDone
        || !x.request.keepAlive()
        || loop.closing
        || x.unchunk
        || x.responseBody.untilClose()
        || loop.plan.entry(x.client().slot()) == null;
  }

  /** Sends a part of a body in HTTP/1.1, in a chunk if it must be; owns it. */
  void data(Exchange x, ClientConnection to, ByteBuf part, boolean end) {
    if (!part.isReadable()) {
      part.release();
    } else if (x.chunk) {
      to.pass(Chunk.header(loop.alloc, part.readableBytes()));
      to.pass(part);
      to.pass(Chunk.END_OF_DATA.retainedDuplicate());
    } else {
      to.pass(part);
    }
    if (end && x.chunk) {
      to.pass(Chunk.last(loop.alloc, x.responseTrailer));
    }
  }

  /** 101, with what it agrees on. */
  void upgrade(Exchange x, Downstream to) {
    HeadWriter out = begin(x).fields(x.response.fields(), UPGRADED).add(CRLF);
    ByteBuf buffer = loop.alloc.directBuffer(out.length());
    out.to(buffer);
    x.responseBytes += out.length();
    to.pass(buffer);
  }
}
