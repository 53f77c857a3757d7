package io.mamparo.wire.pg;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * What a proxy wants to know of an ErrorResponse.
 *
 * @param severity not localised: ERROR, FATAL or PANIC; empty when the server did not say
 * @param sqlState five characters; empty when the server did not say
 * @param message the primary message
 * @param routine of the server's source that found it; empty when the server did not say
 */
public record ErrorFields(String severity, String sqlState, String message, String routine) {
  /** Reads the fields of the body that lies in {@code in} from {@code start} to {@code end}. */
  public static ErrorFields read(ByteBuf in, int start, int end) {
    String severity = "";
    String sqlState = "";
    String message = "";
    String routine = "";
    int at = start;
    while (at < end && in.getByte(at) != 0) {
      byte code = in.getByte(at);
      int zero = in.indexOf(at + 1, end, (byte) 0);
      if (zero < 0) {
        break;
      }
      String value = in.toString(at + 1, zero - at - 1, StandardCharsets.UTF_8);
      switch (code) {
        case 'V' -> severity = value;
        case 'S' -> severity = severity.isEmpty() ? value : severity;
        case 'C' -> sqlState = value;
        case 'M' -> message = value;
        case 'R' -> routine = value;
        default -> {
          // Detail, hint, position and the like are the client's business.
        }
      }
      at = zero + 1;
    }
    return new ErrorFields(severity, sqlState, message, routine);
  }

  /** Whether the server ends the connection after it. */
  public boolean fatal() {
    return severity.equals("FATAL") || severity.equals("PANIC");
  }
}
