package io.mamparo.wire.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

/**
 * Takes the fields of an HTTP/2 answer (RFC 9113, 8.3.2) into a {@link ResponseHead}, which then
 * looks as if it had come as lines. Owned by one loop.
 */
public final class ResponseFields {
  private static final byte[] STATUS = ":status".getBytes(US_ASCII);
  private static final byte[] VERSION = "HTTP/1.1 ".getBytes(US_ASCII);
  private static final byte[] END = " \r\n".getBytes(US_ASCII);
  private static final long FORBIDDEN =
      Field.set(
          Field.CONNECTION,
          Field.KEEP_ALIVE,
          Field.PROXY_CONNECTION,
          Field.TRANSFER_ENCODING,
          Field.UPGRADE);

  private ResponseHead to = new ResponseHead();
  private HeadLimits limits = HeadLimits.DEFAULT;
  private @Nullable Refusal refusal;
  private int status;

  /** Begins with another head. */
  public void begin(ResponseHead into, HeadLimits within) {
    to = into;
    limits = within;
    refusal = null;
    status = 0;
    to.reset();
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
    if (b[at] == ':') {
      return pseudo(b, at, name, value);
    }
    if (status == 0) {
      return Refusal.PSEUDO_FIELD;
    }
    if ((known.bit() & FORBIDDEN) != 0) {
      return Refusal.CONNECTION_FIELD;
    }
    if (to.head.length + name + value + 4 > limits.bytes()) {
      return Refusal.HEAD_TOO_LARGE;
    }
    if (to.fields.count() == limits.fields()) {
      return Refusal.TOO_MANY_FIELDS;
    }
    to.fields.append(b, at, name, value, known);
    return null;
  }

  private @Nullable Refusal pseudo(byte[] b, int at, int name, int value) {
    int from = at + name;
    long code = value == 3 ? Ascii.decimal(b, from, from + value) : -1;
    boolean first = status == 0 && to.fields.count() == 0;
    if (!first || !Ascii.same(b, at, from, STATUS) || code < 100 || code > 599 || code == 101) {
      return Refusal.PSEUDO_FIELD;
    }
    status = (int) code;
    to.head.append(VERSION, 0, VERSION.length);
    to.head.append(b, from, value);
    to.head.append(END, 0, END.length);
    to.fields.begin(to.head.length);
    return null;
  }

  /** All fields are there; what is wrong with them, or null. */
  public @Nullable Refusal done() {
    if (refusal == null && status == 0) {
      refusal = Refusal.PSEUDO_FIELD;
    }
    return refusal != null ? refusal : to.take(status);
  }
}
