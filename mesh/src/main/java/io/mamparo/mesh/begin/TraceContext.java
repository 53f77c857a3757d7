package io.mamparo.mesh.begin;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.HeadWriter;
import java.util.SplittableRandom;

/**
 * The trace that a request belongs to. Reused from request to request; owned by one loop.
 *
 * <p>A valid {@code traceparent} (W3C Trace Context, level 1) counts first, then the root of an
 * {@code X-Amzn-Trace-Id} (X-Ray); otherwise a new trace begins. Both are forwarded and say the
 * same. New ids begin with the time in seconds, as X-Ray wants it.
 */
public final class TraceContext {
  private static final byte[] TRACEPARENT = ascii("traceparent: 00-");
  private static final byte[] SAMPLED = ascii("-01\r\nx-amzn-trace-id: Root=1-");
  private static final byte[] NOT_SAMPLED = ascii("-00\r\nx-amzn-trace-id: Root=1-");
  private static final byte[] PARENT = ascii(";Parent=");
  private static final byte[] AND_SAMPLED = ascii(";Sampled=1\r\n");
  private static final byte[] AND_NOT_SAMPLED = ascii(";Sampled=0\r\n");
  private static final byte[] ROOT_IS = ascii("root=1-");
  private static final byte[] PARENT_IS = ascii("parent=");
  private static final byte[] SAMPLED_IS = ascii("sampled=");
  private static final int VERSION_0 = 55;
  private static final int NONE = -1;

  public long high;
  public long low;
  public long span;
  public long parent;
  public boolean sampled;

  /** Whether the caller sent a trace. */
  public boolean adopted;

  /** Whether the caller decided about sampling. */
  public boolean decided;

  /** Whether {@code tracestate} belongs to the trace, so that it may be forwarded. */
  public boolean w3c;

  private long scratch;

  /** Forgets it. */
  public void reset() {
    high = 0;
    low = 0;
    span = 0;
    parent = 0;
    sampled = false;
    adopted = false;
    decided = false;
    w3c = false;
  }

  /** Takes the caller's trace or begins a new one; in both cases with a span for this hop. */
  public void adopt(Fields fields, SplittableRandom random, long epochNanos) {
    if (fields.has(Field.TRACEPARENT)) {
      int i = fields.first(Field.TRACEPARENT);
      w3c =
          !fields.twice(Field.TRACEPARENT)
              && traceparent(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
      adopted = w3c;
      decided = w3c;
    }
    if (!adopted && fields.has(Field.X_AMZN_TRACE_ID)) {
      int i = fields.first(Field.X_AMZN_TRACE_ID);
      adopted = amazon(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
    }
    if (!adopted) {
      parent = 0;
      high = ((epochNanos / 1_000_000_000L) << 32) | (random.nextInt() & 0xffffffffL);
      low = nonZero(random);
    }
    span = nonZero(random);
  }

  private static long nonZero(SplittableRandom random) {
    long value = random.nextLong();
    return value == 0 ? 1 : value;
  }

  private boolean traceparent(byte[] b, int from, int to) {
    int length = to - from;
    boolean first = length >= 2 && b[from] == '0' && b[from + 1] == '0';
    boolean shape =
        length >= VERSION_0
            && (length == VERSION_0 || (!first && b[from + VERSION_0] == '-'))
            && hex(b, from, 2)
            && scratch != 0xff
            && b[from + 2] == '-'
            && b[from + 35] == '-'
            && b[from + 52] == '-';
    if (!shape || !hex(b, from + 3, 16)) {
      return false;
    }
    long upper = scratch;
    if (!hex(b, from + 19, 16)) {
      return false;
    }
    long lower = scratch;
    if (!hex(b, from + 36, 16) || scratch == 0 || (upper | lower) == 0) {
      return false;
    }
    long caller = scratch;
    if (!hex(b, from + 53, 2)) {
      return false;
    }
    high = upper;
    low = lower;
    parent = caller;
    sampled = (scratch & 1) != 0;
    return true;
  }

  /** Reads lower-case hexadecimal digits into {@link #scratch}. */
  private boolean hex(byte[] b, int from, int digits) {
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = Ascii.hex(b[i]);
      if (digit < 0 || (b[i] >= 'A' && b[i] <= 'F')) {
        return false;
      }
      value = value << 4 | digit;
    }
    scratch = value;
    return true;
  }

  private boolean amazon(byte[] b, int from, int to) {
    int root = after(ROOT_IS, b, from, to);
    if (root == NONE || root + 33 > to || b[root + 8] != '-' || !hex(b, root, 8)) {
      return false;
    }
    long seconds = scratch;
    if (!hex(b, root + 9, 8)) {
      return false;
    }
    long middle = scratch;
    if (!hex(b, root + 17, 16)) {
      return false;
    }
    high = seconds << 32 | middle;
    low = scratch;
    int caller = after(PARENT_IS, b, from, to);
    parent = caller != NONE && caller + 16 <= to && hex(b, caller, 16) ? scratch : 0;
    int flag = after(SAMPLED_IS, b, from, to);
    decided = flag != NONE && flag < to && (b[flag] == '0' || b[flag] == '1');
    sampled = decided && b[flag] == '1';
    return (high | low) != 0;
  }

  /** Where the text after {@code key} begins, which stands at a part's beginning; or NONE. */
  private static int after(byte[] key, byte[] b, int from, int to) {
    for (int i = from; i + key.length <= to; i++) {
      boolean begins = i == from || b[i - 1] == ';' || b[i - 1] == ' ';
      if (begins && Ascii.same(b, i, i + key.length, key)) {
        return i + key.length;
      }
    }
    return NONE;
  }

  /** Writes both fields, with this hop's span as the parent. */
  public void write(HeadWriter out) {
    out.add(TRACEPARENT).hex(high).hex(low).add('-').hex(span);
    out.add(sampled ? SAMPLED : NOT_SAMPLED);
    out.hex(high >>> 32, 8).add('-').hex(high, 8).hex(low).add(PARENT).hex(span);
    out.add(sampled ? AND_SAMPLED : AND_NOT_SAMPLED);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
