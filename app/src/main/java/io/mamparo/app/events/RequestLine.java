package io.mamparo.app.events;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RequestRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A finished request as a line of text. Stateless; called on the loops, for lines that are wanted.
 */
final class RequestLine {
  private static final double NANOS_PER_MILLI = 1e6;

  private RequestLine() {}

  private static String time(RequestRecord r) {
    Instant ended =
        Instant.ofEpochSecond(0, r.startEpochNanos() + r.durationNanos())
            .truncatedTo(ChronoUnit.MILLIS);
    return ended.toString();
  }

  /** One JSON object, without the line's end. */
  static String json(RequestRecord r, int attempt) {
    StringBuilder out = new StringBuilder(256);
    out.append("{\"time\":\"").append(time(r)).append('"');
    text(out, "from", r.caller());
    text(out, "to", r.service());
    text(out, "route", r.route());
    text(out, "method", r.method());
    text(out, "path", r.path());
    out.append(",\"status\":").append(r.status());
    out.append(",\"ms\":").append(millis(r.durationNanos()));
    if (r.firstByteNanos() >= 0) {
      out.append(",\"first_byte_ms\":").append(millis(r.firstByteNanos()));
    }
    text(out, "endpoint", r.endpoint());
    text(out, "version", r.version());
    out.append(",\"tries\":").append(r.tries());
    if (attempt > 0) {
      out.append(",\"try\":").append(attempt);
    }
    if (r.hedged()) {
      out.append(",\"hedged\":true,\"hedge\":").append(r.hedge());
    }
    if (r.calledOff()) {
      out.append(",\"called_off\":true");
    }
    if (r.reason() != Reason.NONE) {
      text(out, "reason", r.reason().text());
      text(out, "what", r.reason().what());
      text(out, "look", r.reason().lookAt());
    }
    if (r.budgetSpent()) {
      out.append(",\"budget_spent\":true");
    }
    if (r.wouldDeny()) {
      out.append(",\"would_deny\":true");
    }
    out.append(",\"request_bytes\":").append(r.requestBytes());
    out.append(",\"response_bytes\":").append(r.responseBytes());
    out.append(String.format(",\"trace\":\"%016x%016x\"}", r.traceHigh(), r.traceLow()));
    return out.toString();
  }

  /** For people, without the line's end. */
  static String text(RequestRecord r, int attempt) {
    StringBuilder out = new StringBuilder(160);
    out.append(time(r)).append(' ').append(r.caller()).append(" -> ");
    out.append(r.service() == null ? "nowhere" : r.service());
    if (r.endpoint() != null) {
      out.append(" (").append(r.endpoint()).append(')');
    }
    out.append(' ').append(r.method()).append(' ').append(printable(r.path()));
    out.append(' ').append(r.status()).append(' ').append(millis(r.durationNanos())).append("ms");
    if (attempt > 0) {
      out.append(r.hedge() ? " hedge, try " : " try ").append(attempt);
      out.append(r.calledOff() ? ", called off" : ", another follows");
    } else if (r.tries() > 1) {
      out.append(' ').append(r.tries()).append(" tries");
      out.append(r.hedge() ? ", answered by a hedge" : "");
    }
    if (r.reason() != Reason.NONE) {
      out.append(" [").append(r.reason().text()).append(": ").append(r.reason().what()).append(']');
    }
    if (r.wouldDeny()) {
      out.append(" [would be denied]");
    }
    return out.toString();
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / NANOS_PER_MILLI);
  }

  private static void text(StringBuilder out, String name, @Nullable String value) {
    if (value != null) {
      out.append(",\"").append(name).append("\":\"");
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          out.append('\\').append(c);
        } else if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
      out.append('"');
    }
  }

  /** A path must not move the reader's cursor. */
  private static String printable(String path) {
    StringBuilder out = new StringBuilder(path.length());
    path.chars().forEach(c -> out.append(c < ' ' || (c >= 0x7f && c < 0xa0) ? '?' : (char) c));
    return out.toString();
  }
}
