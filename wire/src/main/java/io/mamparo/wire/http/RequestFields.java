package io.mamparo.wire.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

/**
 * Takes the fields of an HTTP/2 request (RFC 9113, 8.3.1) into a {@link RequestHead}, which then
 * looks as if it had come as lines. Owned by one loop.
 */
public final class RequestFields {
  private static final byte[] METHOD = ":method".getBytes(US_ASCII);
  private static final byte[] SCHEME = ":scheme".getBytes(US_ASCII);
  private static final byte[] AUTHORITY = ":authority".getBytes(US_ASCII);
  private static final byte[] PATH = ":path".getBytes(US_ASCII);
  private static final byte[] TRAILERS = "trailers".getBytes(US_ASCII);
  private static final byte[] HOST = "host".getBytes(US_ASCII);
  private static final int MOST_METHOD = 32;
  private static final int NONE = -1;
  private static final long FORBIDDEN =
      Field.set(
          Field.CONNECTION,
          Field.KEEP_ALIVE,
          Field.PROXY_CONNECTION,
          Field.TRANSFER_ENCODING,
          Field.UPGRADE,
          Field.HTTP2_SETTINGS);

  private RequestHead to = new RequestHead();
  private HeadLimits limits = HeadLimits.DEFAULT;
  private @Nullable Refusal refusal;
  private int methodStart = NONE;
  private int methodEnd;
  private int pathStart = NONE;
  private int pathEnd;
  private int authorityStart = NONE;
  private int authorityEnd;
  private boolean scheme;
  private boolean regular;

  /** Begins with another request. */
  public void begin(RequestHead into, HeadLimits within) {
    to = into;
    limits = within;
    refusal = null;
    methodStart = NONE;
    pathStart = NONE;
    authorityStart = NONE;
    scheme = false;
    regular = false;
  }

  /** A field; its value follows its name. */
  public void field(byte[] b, int at, int name, int value, Field known, boolean sound) {
    if (refusal == null) {
      refusal = take(b, at, name, value, known, sound);
    }
  }

  private @Nullable Refusal take(
      byte[] b, int at, int name, int value, Field known, boolean sound) {
    if (!sound) {
      return Refusal.FIELD_VALUE;
    }
    if (to.head.length + name + value + 4 > limits.bytes()) {
      return Refusal.HEAD_TOO_LARGE;
    }
    if (b[at] == ':') {
      return regular ? Refusal.PSEUDO_FIELD : pseudo(b, at, name, value);
    }
    if (!regular) {
      regular = true;
      host();
    }
    if ((known.bit() & FORBIDDEN) != 0) {
      return Refusal.CONNECTION_FIELD;
    }
    if (known == Field.TE && !Ascii.same(b, at + name, at + name + value, TRAILERS)) {
      return Refusal.CONNECTION_FIELD;
    }
    if (known == Field.HOST && authorityStart != NONE) {
      return sameHost(b, at + name, value) ? null : Refusal.HOST;
    }
    if (to.fields.count() == limits.fields()) {
      return Refusal.TOO_MANY_FIELDS;
    }
    to.fields.append(b, at, name, value, known);
    return null;
  }

  private boolean sameHost(byte[] b, int from, int length) {
    byte[] mine = to.head.bytes;
    boolean same = length == authorityEnd - authorityStart;
    for (int i = 0; same && i < length; i++) {
      same = Ascii.lower(b[from + i]) == Ascii.lower(mine[authorityStart + i]);
    }
    return same;
  }

  private @Nullable Refusal pseudo(byte[] b, int at, int name, int value) {
    int from = at + name;
    int until = from + value;
    if (Ascii.same(b, at, from, PATH)) {
      if (pathStart != NONE || value == 0) {
        return Refusal.PSEUDO_FIELD;
      }
      if (value > limits.targetBytes()) {
        return Refusal.TARGET_TOO_LONG;
      }
      pathStart = to.head.append(b, from, value);
      pathEnd = pathStart + value;
      return null;
    }
    if (Ascii.same(b, at, from, METHOD)) {
      if (methodStart != NONE || value == 0 || value > MOST_METHOD) {
        return Refusal.PSEUDO_FIELD;
      }
      methodStart = to.head.append(b, from, value);
      methodEnd = methodStart + value;
      return null;
    }
    if (Ascii.same(b, at, from, SCHEME)) {
      boolean twice = scheme;
      scheme = true;
      return twice || value == 0 ? Refusal.PSEUDO_FIELD : null;
    }
    if (Ascii.same(b, at, from, AUTHORITY) && authorityStart == NONE) {
      authorityStart = to.head.append(b, from, value);
      authorityEnd = authorityStart + value;
      return Ascii.authority(b, from, until) ? null : Refusal.HOST;
    }
    return Refusal.PSEUDO_FIELD;
  }

  /** The regular fields begin: the first of them is the host. */
  private void host() {
    to.fields.begin(to.head.length);
    if (authorityStart == NONE) {
      return;
    }
    int length = authorityEnd - authorityStart;
    System.arraycopy(HOST, 0, line(length), 0, HOST.length);
    System.arraycopy(to.head.bytes, authorityStart, line, HOST.length, length);
    to.fields.append(line, 0, HOST.length, length, Field.HOST);
  }

  private byte[] line = new byte[64];

  private byte[] line(int value) {
    if (HOST.length + value > line.length) {
      line = new byte[HOST.length + value];
    }
    return line;
  }

  /**
   * All fields are there.
   *
   * @param end whether no body follows
   * @return what is wrong, or null
   */
  public @Nullable Refusal done(boolean end) {
    if (!regular) {
      host();
    }
    if (refusal != null) {
      return refusal;
    }
    byte[] b = to.head.bytes;
    if (methodStart != NONE && Method.of(b, methodStart, methodEnd) == Method.CONNECT) {
      return authorityStart == NONE ? Refusal.PSEUDO_FIELD : Refusal.CONNECT;
    }
    if (methodStart == NONE || pathStart == NONE || !scheme) {
      return Refusal.PSEUDO_FIELD;
    }
    if (to.fields.twice(Field.COOKIE)) {
      to.fields.joinCookies();
    }
    int question = target(to.head.bytes);
    if (question == NONE || !token(to.head.bytes)) {
      return Refusal.PSEUDO_FIELD;
    }
    to.take(methodStart, methodEnd, pathStart, question, pathEnd, !end);
    Refusal wrong = to.host();
    long length = to.contentLength();
    if (wrong == null && (length == -2 || (end && length > 0))) {
      wrong = Refusal.CONTENT_LENGTH;
    }
    if (wrong == null && to.fields.has(Field.EXPECT) && !to.expectContinue()) {
      wrong = Refusal.EXPECTATION;
    }
    return wrong;
  }

  private boolean token(byte[] b) {
    for (int i = methodStart; i < methodEnd; i++) {
      if (!Ascii.token(b[i])) {
        return false;
      }
    }
    return true;
  }

  /** Where the path ends and its query begins; {@code NONE} when the target is malformed. */
  private int target(byte[] b) {
    boolean star = pathEnd - pathStart == 1 && b[pathStart] == '*';
    if (b[pathStart] != '/' && !(star && Method.of(b, methodStart, methodEnd) == Method.OPTIONS)) {
      return NONE;
    }
    int question = pathEnd;
    for (int i = pathEnd - 1; i >= pathStart; i--) {
      if (!Ascii.target(b[i])) {
        return NONE;
      }
      question = b[i] == '?' ? i : question;
    }
    return question;
  }
}
