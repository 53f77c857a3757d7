package io.mamparo.wire.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Parses response heads as strictly as {@link RequestHead} does requests'. Owned by one loop. */
public final class ResponseHead {
  private static final byte[] HTTP_1 = {'H', 'T', 'T', 'P', '/', '1', '.'};
  private static final int FIRST_FIELD = 13;
  private static final int STATUS = 9;

  final HeadBytes head = new HeadBytes();
  final Fields fields = new Fields(head);
  private boolean begun;
  private @Nullable Refusal refusal;
  private int minor;
  private int status;
  private long contentLength;
  private boolean chunked;

  /** Forgets the head, for the next one. */
  public void reset() {
    head.reset();
    fields.reset();
    begun = false;
    refusal = null;
    status = 0;
    contentLength = -1;
    chunked = false;
  }

  /** Takes bytes until the head is complete. */
  public Progress feed(ByteBuf in, HeadLimits limits) {
    while (true) {
      int lf = head.lineFeed();
      if (lf < 0) {
        if (!in.isReadable()) {
          return Progress.MORE;
        }
        if (!head.pull(in, limits.bytes())) {
          return refuse(Refusal.HEAD_TOO_LARGE);
        }
        continue;
      }
      int from = head.line;
      Refusal wrong = line(from, lf, limits);
      if (wrong != null) {
        return refuse(wrong);
      }
      head.next(lf);
      if (from > 0 && lf - 1 == from) {
        head.giveBack(in);
        wrong = finish();
        return wrong == null ? Progress.DONE : refuse(wrong);
      }
    }
  }

  private Progress refuse(Refusal why) {
    refusal = why;
    return Progress.REFUSED;
  }

  private @Nullable Refusal line(int from, int lf, HeadLimits limits) {
    int cr = lf - 1;
    if (cr < from || head.bytes[cr] != '\r') {
      return Refusal.BARE_LINE_FEED;
    }
    if (!begun) {
      return statusLine(from, cr);
    }
    return cr == from ? null : fields.add(from, cr, limits.fields());
  }

  private @Nullable Refusal statusLine(int from, int cr) {
    byte[] b = head.bytes;
    // The space after the status may be missing together with the reason: many servers omit it.
    boolean shape =
        from == 0
            && cr >= FIRST_FIELD - 1
            && java.util.Arrays.equals(b, 0, HTTP_1.length, HTTP_1, 0, HTTP_1.length)
            && (b[HTTP_1.length] == '0' || b[HTTP_1.length] == '1')
            && b[STATUS - 1] == ' '
            && (cr == STATUS + 3 || b[STATUS + 3] == ' ');
    if (!shape || !Ascii.value(b, STATUS, cr)) {
      return Refusal.STATUS_LINE;
    }
    minor = b[HTTP_1.length] - '0';
    status = (int) Ascii.decimal(b, STATUS, STATUS + 3);
    begun = true;
    fields.begin(cr + 2);
    return status < 100 || status > 599 ? Refusal.STATUS_LINE : null;
  }

  private @Nullable Refusal finish() {
    Refusal wrong = fields.readConnection();
    if (wrong != null) {
      return wrong;
    }
    contentLength = fields.contentLength();
    chunked = fields.has(Field.TRANSFER_ENCODING);
    return fields.framing(minor);
  }

  /** Takes a head that arrived in HTTP/2; see {@link ResponseFields}. */
  @Nullable Refusal take(int code) {
    begun = true;
    minor = 1;
    status = code;
    contentLength = fields.contentLength();
    return contentLength == -2 ? Refusal.CONTENT_LENGTH : null;
  }

  /** How long the body is said to be; -1 when it is not. */
  public long contentLength() {
    return contentLength;
  }

  /** What is wrong, after {@link Progress#REFUSED}. */
  public Refusal refusal() {
    return refusal == null ? Refusal.STATUS_LINE : refusal;
  }

  /** Whether nothing has arrived. */
  public boolean empty() {
    return head.length == 0;
  }

  /** How many bytes the head has, so far. */
  public int length() {
    return head.length;
  }

  /** The bytes that positions refer to. */
  public byte[] bytes() {
    return head.bytes;
  }

  /** The fields. */
  public Fields fields() {
    return fields;
  }

  /** 100 to 599. */
  public int status() {
    return status;
  }

  /** 0 or 1 for HTTP/1.0 and HTTP/1.1. */
  public int minor() {
    return minor;
  }

  /** Whether the body comes in chunks. */
  public boolean chunked() {
    return chunked;
  }

  /** Whether another head follows this one. */
  public boolean interim() {
    return status < 200 && status != 101;
  }

  /** Begins to read the body that follows this head (RFC 9112, 6.3). */
  public void startBody(Body body, boolean toHead) {
    startBody(body, toHead, null);
  }

  /** The same; the trailer fields of chunks are copied. */
  public void startBody(Body body, boolean toHead, @Nullable Trailer copyTo) {
    if (toHead || status < 200 || status == 204 || status == 304) {
      body.startLength(0);
    } else if (chunked) {
      body.startChunked(copyTo);
    } else if (contentLength >= 0) {
      body.startLength(contentLength);
    } else {
      body.startUntilClose();
    }
  }

  /** Whether the server will take another request on this connection. */
  public boolean keepAlive() {
    int options = fields.options();
    return (options & Fields.CLOSE) == 0 && (minor == 1 || (options & Fields.KEEP_ALIVE) != 0);
  }
}
