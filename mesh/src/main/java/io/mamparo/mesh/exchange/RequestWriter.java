package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.resilience.Deadline;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.RequestHead;
import io.mamparo.wire.http2.Block;
import io.mamparo.wire.http2.HpackEncoder;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes the head that an endpoint gets: the client's, without what concerns one hop only, and with
 * what the service is to know. Owned by one loop.
 *
 * <p>{@code X-Request-Deadline} is what remains, in whole milliseconds, so that clocks need not
 * agree. {@code Via} is not added: servers switch compression off when they see it.
 */
final class RequestWriter {
  /** A short body still fits behind the head, so that both go in one piece. */
  private static final int ROOM = 1024;

  private static final long HOP =
      Field.set(
          Field.CONNECTION,
          Field.KEEP_ALIVE,
          Field.PROXY_CONNECTION,
          Field.PROXY_AUTHORIZATION,
          Field.TE,
          Field.UPGRADE,
          Field.HTTP2_SETTINGS,
          Field.NOMINATED,
          Field.TRACEPARENT,
          Field.X_AMZN_TRACE_ID,
          Field.X_REQUEST_DEADLINE,
          Field.GRPC_TIMEOUT,
          Field.X_MAMPARO_VISITOR,
          Field.X_MAMPARO_REASON);
  private static final long HTTP2 = Field.set(Field.HOST, Field.TRANSFER_ENCODING);
  private static final byte[] TE_TRAILERS = ascii("te: trailers\r\n");
  private static final long ORIGIN =
      Field.set(
          Field.X_FORWARDED_FOR, Field.X_FORWARDED_PROTO, Field.X_FORWARDED_HOST, Field.FORWARDED);
  private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
  private static final byte[] CRLF = ascii("\r\n");
  private static final byte[] COMMA = ascii(", ");
  private static final byte[] HOST = ascii("host: ");
  private static final byte[] DEADLINE = ascii("x-request-deadline: ");
  private static final byte[] REQUEST_ID = ascii("x-request-id: ");
  private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] UPGRADE = ascii("connection: upgrade\r\nupgrade: ");
  private static final byte[] FOR = ascii("x-forwarded-for: ");
  private static final byte[] PROTO_HOST =
      ascii("\r\nx-forwarded-proto: http\r\nx-forwarded-host: ");
  private static final byte[] SECURE_HOST =
      ascii("\r\nx-forwarded-proto: https\r\nx-forwarded-host: ");
  private static final byte[] FORWARDED = ascii("\r\nforwarded: ");
  private static final byte[] ELEMENT = ascii("for=");
  private static final byte[] ELEMENT_6 = ascii("for=\"[");
  private static final byte[] END_6 = ascii("]\"");
  private static final byte[] ELEMENT_HOST = ascii(";host=\"");
  private static final byte[] ELEMENT_PROTO = ascii("\";proto=http\r\n");
  private static final byte[] ELEMENT_SECURE = ascii("\";proto=https\r\n");
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final MeshLoop loop;

  RequestWriter(MeshLoop loop) {
    this.loop = loop;
  }

  /** Whether the body must be put into chunks, because it came without and without a length. */
  static boolean chunked(Exchange x) {
    RequestHead head = x.request;
    return head.http2() && head.hasBody() && head.contentLength() < 0;
  }

  /** The fields for HTTP/2, as lines; the authority is none of them. */
  HeadWriter lines(Exchange x) {
    HeadWriter out = loop.writer.reset();
    fields(x, out, HTTP2);
    if (x.request.fields().has(Field.TE)) {
      out.add(TE_TRAILERS);
    }
    return out;
  }

  /** Who is asked, for HTTP/2. */
  void authority(Exchange x, HpackEncoder encoder, Block block) {
    RequestHead head = x.request;
    byte[] newHost = x.rule == null ? null : x.rule.newHost();
    if (newHost != null) {
      encoder.authority(block, newHost, 0, newHost.length);
    } else if (head.hostEnd() > head.hostStart()) {
      encoder.authority(block, head.bytes(), head.hostStart(), head.hostEnd());
    } else {
      byte[] name = ascii(x.plan().name());
      encoder.authority(block, name, 0, name.length);
    }
  }

  ByteBuf write(Exchange x) {
    RequestHead head = x.request;
    HeadWriter out = loop.writer.reset();
    byte[] b = head.bytes();
    out.add(b, head.methodStart(), head.methodEnd()).add(' ');
    out.add(b, head.sentStart(), head.sentEnd()).add(VERSION);
    fields(x, out, 0);
    if (chunked(x)) {
      out.add(CHUNKED);
    }
    if (head.upgrade()) {
      Fields fields = head.fields();
      int i = fields.first(Field.UPGRADE);
      out.add(UPGRADE).add(b, fields.valueStart(i), fields.valueEnd(i)).add(CRLF);
    }
    out.add(CRLF);
    int room = head.hasBody() ? ROOM : 0;
    ByteBuf buffer = loop.alloc.directBuffer(out.length() + room);
    out.to(buffer);
    return buffer;
  }

  private void fields(Exchange x, HeadWriter out, long more) {
    RequestHead head = x.request;
    boolean ingress = x.outside;
    byte[] newHost = x.rule == null ? null : x.rule.newHost();
    boolean hostOver = head.absolute() || newHost != null || !head.fields().has(Field.HOST);
    long dropped = HOP | more | (x.trace.w3c ? 0 : Field.TRACESTATE.bit());
    dropped |= ingress ? ORIGIN : 0;
    dropped |= head.absolute() || newHost != null ? Field.HOST.bit() : 0;
    out.fields(head.fields(), dropped);
    if (hostOver && more == 0) {
      host(x, newHost, out);
    }
    x.trace.write(out);
    if (!head.fields().has(Field.X_REQUEST_ID)) {
      out.add(REQUEST_ID).hex(x.trace.high).hex(x.trace.low).add(CRLF);
    }
    long left = Deadline.remaining(x.tryDeadline, x.tryStart) / NANOS_PER_MILLI;
    out.add(DEADLINE).decimal(Math.max(1, left)).add(CRLF);
    if (x.call.deadline) {
      Grpc.timeout(out, Deadline.remaining(x.tryDeadline, x.tryStart));
    }
    if (ingress) {
      origin(x, out);
    }
  }

  private static void host(Exchange x, byte @Nullable [] newHost, HeadWriter out) {
    RequestHead head = x.request;
    out.add(HOST);
    if (newHost != null) {
      out.add(newHost);
    } else if (head.hostEnd() > head.hostStart()) {
      out.add(head.bytes(), head.hostStart(), head.hostEnd());
    } else {
      out.add(ascii(x.plan().name()));
    }
    out.add(CRLF);
  }

  /** Who asked for what, from the only place that knows. */
  private static void origin(Exchange x, HeadWriter out) {
    RequestHead head = x.request;
    byte[] address = x.client().address();
    out.add(FOR);
    previous(head.fields(), Field.X_FORWARDED_FOR, out);
    out.add(address);
    boolean secure = x.client().secure();
    out.add(secure ? SECURE_HOST : PROTO_HOST).add(head.bytes(), head.hostStart(), head.hostEnd());
    out.add(FORWARDED);
    previous(head.fields(), Field.FORWARDED, out);
    boolean six = x.client().six();
    out.add(six ? ELEMENT_6 : ELEMENT).add(address);
    if (six) {
      out.add(END_6);
    }
    out.add(ELEMENT_HOST).add(head.bytes(), head.hostStart(), head.hostEnd());
    out.add(secure ? ELEMENT_SECURE : ELEMENT_PROTO);
  }

  /** What earlier proxies said. */
  private static void previous(Fields fields, Field field, HeadWriter out) {
    if (!fields.has(field)) {
      return;
    }
    for (int i = fields.first(field); i < fields.count(); i++) {
      if (fields.field(i) == field && fields.valueEnd(i) > fields.valueStart(i)) {
        out.add(fields.bytes(), fields.valueStart(i), fields.valueEnd(i)).add(COMMA);
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
