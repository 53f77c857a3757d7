package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.mesh.Reason;
import io.mamparo.wire.http.Method;

/** Answers that the mesh gives in a service's place: what happened, where, what to look at. */
final class OwnAnswer {
  private OwnAnswer() {}

  static void write(Exchange x, boolean keep, String detail) {
    String where = where(x);
    if (x.call.yes) {
      x.call.status = Grpc.status(x.reason, x.status);
      byte[] out = grpc(x.call.status, x.reason, where);
      x.responseBytes += out.length;
      x.client().own(out);
      return;
    }
    boolean body = x.request.method() != Method.HEAD;
    String more =
        switch (x.reason) {
          case RATE_LIMITED -> limited(x);
          case NO_TOKEN -> "www-authenticate: Bearer error=\"invalid_token\"\r\n";
          default -> "";
        };
    byte[] out = answer(x.status, x.reason, where, detail, more, keep, body);
    x.responseBytes += out.length;
    x.client().own(out);
  }

  /** An answer that callers of gRPC understand: its status is in its head, and nothing follows. */
  private static byte[] grpc(int status, Reason reason, String where) {
    String what = (reason.what() + " (" + where + ")").replace("%", "%25");
    return """
    HTTP/1.1 200 OK\r
    content-type: application/grpc\r
    grpc-status: %d\r
    grpc-message: %s\r
    x-mamparo-reason: %s\r
    content-length: 0\r
    \r
    """
        .formatted(status, what, reason.text())
        .getBytes(UTF_8);
  }

  /** Sends a client elsewhere. */
  static void redirect(Exchange x, boolean keep, String location) {
    String head =
        "HTTP/1.1 %d %s\r\nlocation: %s\r\ncontent-length: 0\r\nconnection: %s\r\n\r\n"
            .formatted(x.status, phrase(x.status), location, keep ? "keep-alive" : "close");
    byte[] bytes = head.getBytes(UTF_8);
    x.responseBytes += bytes.length;
    x.client().own(bytes);
  }

  /** When it is worth while to come again. */
  private static String limited(Exchange x) {
    long seconds = Math.max(1, Math.ceilDiv(x.wait, 1_000_000_000L));
    return "retry-after: %d\r\nratelimit-limit: %d\r\nratelimit-remaining: 0\r\nratelimit-reset: %d\r\n"
        .formatted(seconds, x.burst, seconds);
  }

  private static String where(Exchange x) {
    String to = x.service() == null ? "nowhere" : x.service();
    String at = x.endpoint() == null ? "" : " (endpoint " + x.endpoint() + ")";
    return x.caller + " -> " + to + at;
  }

  /** There are too many clients: this one gets an answer, and no more. */
  static void turnAway(ClientConnection client) {
    Reason reason = Reason.TOO_MANY_CONNECTIONS;
    client.own(answer(reason.status(), reason, "", "", "", false, true));
    client.closeAfterFlush();
  }

  private static byte[] answer(
      int status,
      Reason reason,
      String where,
      String detail,
      String more,
      boolean keep,
      boolean withBody) {
    String what = detail.isEmpty() ? reason.what() : reason.what() + ": " + detail;
    String body =
        """
        {"reason":"%s","what":"%s","where":"%s","look":"%s"}
        """
            .formatted(reason.text(), escape(what), escape(where), reason.lookAt());
    String head =
        "HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nx-mamparo-reason: %s\r\n%s%s\r\n"
            .formatted(
                status,
                phrase(status),
                body.getBytes(UTF_8).length,
                reason.text(),
                status == 503 ? "retry-after: 1\r\n" : more,
                keep ? "connection: keep-alive\r\n" : "connection: close\r\n");
    return (withBody ? head + body : head).getBytes(UTF_8);
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String phrase(int status) {
    return switch (status) {
      case 301 -> "Moved Permanently";
      case 302 -> "Found";
      case 303 -> "See Other";
      case 307 -> "Temporary Redirect";
      case 308 -> "Permanent Redirect";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 408 -> "Request Timeout";
      case 414 -> "URI Too Long";
      case 417 -> "Expectation Failed";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 501 -> "Not Implemented";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      case 505 -> "HTTP Version Not Supported";
      default -> "Refused";
    };
  }
}
