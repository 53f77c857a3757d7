package io.mamparo.wire.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Parses request heads strictly (RFC 9112), one after the other. Owned by one loop.
 *
 * <p>What two parsers could understand differently is refused rather than repaired, because that is
 * how requests are smuggled: bare line feeds, folded fields, white space before a colon, two
 * lengths, a length beside an encoding, an encoding other than just {@code chunked}.
 */
public final class RequestHead {
  private static final int MOST_METHOD = 32;
  private static final byte[] HTTP_1 = {'H', 'T', 'T', 'P', '/', '1', '.'};
  private static final byte[] HTTP = {'H', 'T', 'T', 'P', '/'};
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n".getBytes(US_ASCII);
  private static final byte[] CONTINUE = "100-continue".getBytes(US_ASCII);
  private static final byte[] H2C = {'h', '2', 'c'};
  private static final int TLS_HANDSHAKE = 0x16;

  final HeadBytes head = new HeadBytes();
  final Fields fields = new Fields(head);
  private boolean begun;
  private @Nullable Refusal refusal;
  private Method method = Method.OTHER;
  private int methodStart;
  private int methodEnd;
  private int pathStart;
  private int pathEnd;
  private int targetEnd;
  private int sentStart;
  private int sentEnd;
  private int minor;
  private int hostStart;
  private int hostEnd;
  private boolean absolute;
  private long contentLength;
  private boolean chunked;
  private boolean http2;
  private boolean streamed;

  /** Forgets the head, for the next one. */
  public void reset() {
    head.reset();
    fields.reset();
    begun = false;
    refusal = null;
    absolute = false;
    hostStart = 0;
    hostEnd = 0;
    contentLength = -1;
    chunked = false;
    streamed = false;
    http2 = false;
    method = Method.OTHER;
    pathStart = 0;
    pathEnd = 0;
  }

  /** Takes bytes until the head is complete. */
  public Progress feed(ByteBuf in, HeadLimits limits) {
    while (true) {
      int lf = head.lineFeed();
      if (lf < 0) {
        if (!in.isReadable()) {
          return partial(limits);
        }
        if (!head.pull(in, limits.bytes())) {
          return refuse(begun ? Refusal.HEAD_TOO_LARGE : Refusal.TARGET_TOO_LONG);
        }
        continue;
      }
      Refusal wrong = line(lf, limits);
      if (wrong != null) {
        head.next(lf);
        return refuse(wrong);
      }
      boolean last = begun && lf - 1 == head.line;
      head.next(lf);
      if (last) {
        head.giveBack(in);
        wrong = finish();
        return wrong == null ? Progress.DONE : refuse(wrong);
      }
    }
  }

  /** What arrived so far may be hopeless already. */
  private Progress partial(HeadLimits limits) {
    if (!begun && head.length > 0 && head.bytes[0] == TLS_HANDSHAKE) {
      return refuse(Refusal.TLS);
    }
    if (!begun && head.length > limits.targetBytes() + MOST_METHOD + 16) {
      return refuse(Refusal.TARGET_TOO_LONG);
    }
    return Progress.MORE;
  }

  private Progress refuse(Refusal why) {
    refusal = why;
    return Progress.REFUSED;
  }

  private @Nullable Refusal line(int lf, HeadLimits limits) {
    int from = head.line;
    int cr = lf - 1;
    if (cr < from || head.bytes[cr] != '\r') {
      return !begun && head.bytes[0] == TLS_HANDSHAKE ? Refusal.TLS : Refusal.BARE_LINE_FEED;
    }
    if (!begun) {
      // One empty line before a request line is forgiven (RFC 9112, 2.2).
      return cr == from && from == 0 ? null : requestLine(from, cr, limits);
    }
    return cr == from ? null : fields.add(from, cr, limits.fields());
  }

  private @Nullable Refusal requestLine(int from, int cr, HeadLimits limits) {
    byte[] b = head.bytes;
    int i = from;
    while (i < cr && Ascii.token(b[i])) {
      i++;
    }
    if (i == from || i == cr || b[i] != ' ') {
      return b[0] == TLS_HANDSHAKE ? Refusal.TLS : Refusal.REQUEST_LINE;
    }
    if (i - from > MOST_METHOD) {
      return Refusal.METHOD;
    }
    methodStart = from;
    methodEnd = i;
    method = Method.of(b, from, i);
    int target = ++i;
    while (i < cr && Ascii.target(b[i])) {
      i++;
    }
    if (i - target > limits.targetBytes()) {
      return Refusal.TARGET_TOO_LONG;
    }
    if (i == target || i == cr || b[i] != ' ') {
      return Refusal.TARGET;
    }
    begun = true;
    fields.begin(cr + 2);
    Refusal wrong = version(i + 1, cr);
    return wrong != null ? wrong : target(target, i);
  }

  private @Nullable Refusal version(int from, int cr) {
    byte[] b = head.bytes;
    if (cr - from != 8 || !starts(from, HTTP)) {
      return Refusal.VERSION;
    }
    if (!starts(from, HTTP_1)) {
      boolean preface = b[from + 5] == '2' && methodEnd - methodStart == 3 && b[methodStart] == 'P';
      boolean digits = Ascii.digit(b[from + 5]) && b[from + 6] == '.' && Ascii.digit(b[from + 7]);
      Refusal other = digits ? Refusal.VERSION_UNSUPPORTED : Refusal.VERSION;
      return preface && method == Method.OTHER ? Refusal.HTTP2_PREFACE : other;
    }
    minor = b[from + 7] - '0';
    if (minor != 0 && minor != 1) {
      return Ascii.digit(b[from + 7]) ? Refusal.VERSION_UNSUPPORTED : Refusal.VERSION;
    }
    return null;
  }

  private boolean starts(int from, byte[] with) {
    return java.util.Arrays.equals(head.bytes, from, from + with.length, with, 0, with.length);
  }

  /** origin-form, absolute-form, or {@code *} for OPTIONS (RFC 9112, 3.2). */
  private @Nullable Refusal target(int from, int to) {
    byte[] b = head.bytes;
    if (method == Method.CONNECT) {
      return Refusal.CONNECT;
    }
    int path = from;
    if (b[from] != '/') {
      if (method == Method.OPTIONS && to - from == 1 && b[from] == '*') {
        return setTarget(from, to, to);
      }
      path = authority(from, to);
      if (path < 0) {
        return Refusal.TARGET;
      }
    }
    int question = path;
    while (question < to && b[question] != '?') {
      question++;
    }
    return setTarget(path, question, to);
  }

  private @Nullable Refusal setTarget(int path, int question, int to) {
    pathStart = path;
    pathEnd = question;
    targetEnd = to;
    sentStart = path;
    sentEnd = to;
    return null;
  }

  /** Takes the authority of an absolute target; where its path begins, or -1. */
  private int authority(int from, int to) {
    byte[] b = head.bytes;
    hostStart = Ascii.afterScheme(b, from, to);
    if (hostStart < 0) {
      return -1;
    }
    int i = hostStart;
    while (i < to && Ascii.authority(b[i])) {
      i++;
    }
    hostEnd = i;
    absolute = true;
    return hostEnd > hostStart && i < to && b[i] == '/' ? i : -1;
  }

  private @Nullable Refusal finish() {
    Refusal wrong = host();
    wrong = wrong == null ? fields.readConnection() : wrong;
    wrong = wrong == null ? framing() : wrong;
    if (wrong == null && fields.has(Field.EXPECT) && minor == 1 && !expectContinue()) {
      wrong = Refusal.EXPECTATION;
    }
    return wrong;
  }

  @Nullable Refusal host() {
    if (fields.twice(Field.HOST)) {
      return Refusal.HOST;
    }
    if (!fields.has(Field.HOST)) {
      return minor == 1 && !http2 ? Refusal.HOST_MISSING : null;
    }
    int i = fields.first(Field.HOST);
    int from = fields.valueStart(i);
    int to = fields.valueEnd(i);
    if (!Ascii.authority(head.bytes, from, to)) {
      return Refusal.HOST;
    }
    if (!absolute) {
      hostStart = from;
      hostEnd = to;
    }
    return null;
  }

  private @Nullable Refusal framing() {
    contentLength = fields.contentLength();
    chunked = fields.has(Field.TRANSFER_ENCODING);
    return fields.framing(minor);
  }

  /** Takes a head that arrived in HTTP/2; see {@link RequestFields}. */
  void take(int methodFrom, int methodTo, int path, int question, int to, boolean body) {
    begun = true;
    http2 = true;
    minor = 1;
    methodStart = methodFrom;
    methodEnd = methodTo;
    method = Method.of(head.bytes, methodFrom, methodTo);
    setTarget(path, question, to);
    contentLength = fields.contentLength();
    streamed = body;
  }

  /** What is wrong, after {@link Progress#REFUSED}. */
  public Refusal refusal() {
    return refusal == null ? Refusal.REQUEST_LINE : refusal;
  }

  /**
   * Whether what was refused is the first line of HTTP/2's preface, and nothing before it. What has
   * been taken beyond that line is given back to {@code in}.
   */
  public boolean preface(ByteBuf in) {
    boolean first = refusal == Refusal.HTTP2_PREFACE && starts(0, PREFACE);
    if (first) {
      head.giveBack(in);
    }
    return first;
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

  /** The method. */
  public Method method() {
    return method;
  }

  /** Where the method begins. */
  public int methodStart() {
    return methodStart;
  }

  /** Where the method ends. */
  public int methodEnd() {
    return methodEnd;
  }

  /** Where the path begins, which is what is forwarded of the target. */
  public int pathStart() {
    return pathStart;
  }

  /** Where the path ends: at its query, or with the target. */
  public int pathEnd() {
    return pathEnd;
  }

  /** Where the query ends. */
  public int targetEnd() {
    return targetEnd;
  }

  /**
   * Forwards another target in place of the one that arrived, which is still the one that is
   * matched and recorded. No field may be added after this.
   */
  public void retarget(byte[] target, int length) {
    sentStart = fields.end() + 2;
    sentEnd = sentStart + length;
    head.ensure(sentEnd);
    System.arraycopy(target, 0, head.bytes, sentStart, length);
  }

  /** Where the target that is forwarded begins. */
  public int sentStart() {
    return sentStart;
  }

  /** Where the target that is forwarded ends. */
  public int sentEnd() {
    return sentEnd;
  }

  /** Where the authority begins: of an absolute target, else of Host. */
  public int hostStart() {
    return hostStart;
  }

  /** Where the authority ends; equal to its beginning when there is none. */
  public int hostEnd() {
    return hostEnd;
  }

  /** Whether the target was absolute, so that Host must be rewritten. */
  public boolean absolute() {
    return absolute;
  }

  /** 0 or 1 for HTTP/1.0 and HTTP/1.1. */
  public int minor() {
    return minor;
  }

  /** Begins to read the body that this head announces; trailer fields of chunks are copied. */
  public void startBody(Body body, @Nullable Trailer copyTo) {
    if (chunked) {
      body.startChunked(copyTo);
    } else {
      body.startLength(Math.max(0, contentLength));
    }
  }

  /** Whether a body is announced, be it an empty one in chunks. */
  public boolean hasBody() {
    return chunked || streamed || contentLength > 0;
  }

  /** How long the body is said to be; -1 when it is not. */
  public long contentLength() {
    return contentLength;
  }

  /** Whether HTTP/2 brought it. */
  public boolean http2() {
    return http2;
  }

  /** Whether the client wants to send another request on this connection. */
  public boolean keepAlive() {
    int options = fields.options();
    return (options & Fields.CLOSE) == 0 && (minor == 1 || (options & Fields.KEEP_ALIVE) != 0);
  }

  /** Whether another protocol is asked for. HTTP/2 is not: what it carries would not be seen. */
  public boolean upgrade() {
    if (minor == 0 || (fields.options() & Fields.UPGRADE) == 0 || !fields.has(Field.UPGRADE)) {
      return false;
    }
    return !fields.twice(Field.UPGRADE) && !fields.only(Field.UPGRADE, H2C);
  }

  /** Whether the client waits for 100 before it sends its body. */
  public boolean expectContinue() {
    return minor == 1 && fields.only(Field.EXPECT, CONTINUE);
  }
}
