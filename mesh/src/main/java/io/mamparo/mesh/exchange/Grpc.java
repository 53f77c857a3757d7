package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.mesh.Reason;
import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.HeadWriter;

/** What gRPC makes of HTTP: its content type, deadlines and status codes. No state. */
final class Grpc {
  static final int NONE = -1;
  static final int DEADLINE_EXCEEDED = 4;
  static final int RESOURCE_EXHAUSTED = 8;
  static final int UNAVAILABLE = 14;
  private static final byte[] TYPE = "application/grpc".getBytes(US_ASCII);
  private static final byte[] TIMEOUT = "grpc-timeout: ".getBytes(US_ASCII);
  private static final byte[] STATUS = Field.GRPC_STATUS.lower();
  private static final int MOST_DIGITS = 8;
  private static final long MOST_VALUE = 99_999_999;

  private Grpc() {}

  /** Whether a request is a call of gRPC. */
  static boolean call(Fields fields) {
    if (!fields.has(Field.CONTENT_TYPE)) {
      return false;
    }
    int from = fields.valueStart(fields.first(Field.CONTENT_TYPE));
    int to = fields.valueEnd(fields.first(Field.CONTENT_TYPE));
    int end = from + TYPE.length;
    boolean same = end <= to && Ascii.same(fields.bytes(), from, end, TYPE);
    return same && (end == to || fields.bytes()[end] == '+' || fields.bytes()[end] == ';');
  }

  /**
   * The time that {@code grpc-timeout} allows, in nanoseconds; {@code NONE} without a valid one.
   */
  static long timeout(Fields fields) {
    if (!fields.has(Field.GRPC_TIMEOUT)) {
      return NONE;
    }
    int i = fields.first(Field.GRPC_TIMEOUT);
    int unit = fields.valueEnd(i) - 1;
    if (unit - fields.valueStart(i) > MOST_DIGITS) {
      return NONE;
    }
    long n = Ascii.decimal(fields.bytes(), fields.valueStart(i), unit);
    long nanos =
        switch (unit < 0 ? 0 : fields.bytes()[unit]) {
          case 'H' -> 3_600_000_000_000L;
          case 'M' -> 60_000_000_000L;
          case 'S' -> 1_000_000_000L;
          case 'm' -> 1_000_000L;
          case 'u' -> 1_000L;
          case 'n' -> 1L;
          default -> 0;
        };
    return n < 0 || nanos == 0 ? NONE : n > Long.MAX_VALUE / 2 / nanos ? NONE : n * nanos;
  }

  /** Writes what is left of the time, in the finest unit that its eight digits allow. */
  static void timeout(HeadWriter out, long nanos) {
    long micros = Math.max(1, nanos / 1_000);
    boolean fine = micros <= MOST_VALUE;
    out.add(TIMEOUT).decimal(fine ? micros : Math.min(MOST_VALUE, micros / 1_000));
    out.add(fine ? 'u' : 'm').add('\r').add('\n');
  }

  /** The status of an answer: of its trailers, or of its head when nothing else comes. */
  static int status(Exchange x) {
    long late = x.responseTrailer.empty() ? NONE : x.responseTrailer.number(STATUS);
    Fields fields = x.response.fields();
    if (late < 0 && fields.has(Field.GRPC_STATUS)) {
      int i = fields.first(Field.GRPC_STATUS);
      late = Ascii.decimal(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
    }
    return late < 0 || late > Integer.MAX_VALUE ? NONE : (int) late;
  }

  /** Whether a status says that the service failed, and not that the caller asked wrongly. */
  static boolean failure(int status) {
    return switch (status) {
      case 2, 4, 8, 13, 14, 15 -> true;
      default -> false;
    };
  }

  /** What the mesh answers a call of gRPC with. */
  static int status(Reason reason, int http) {
    return switch (reason) {
      case DEADLINE, TRY_TIMEOUT -> DEADLINE_EXCEEDED;
      case BULKHEAD_FULL -> RESOURCE_EXHAUSTED;
      default ->
          switch (http) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 408, 504 -> DEADLINE_EXCEEDED;
            case 429 -> RESOURCE_EXHAUSTED;
            case 502, 503 -> UNAVAILABLE;
            default -> 2;
          };
    };
  }
}
