package io.mamparo.telemetry;

import java.util.Locale;

/** How a request or statement ended, as its caller saw it. */
public enum Outcome {
  /** It worked: HTTP below 400, SQL without an error. */
  OK(0),
  /** The caller's own mistake: HTTP 4xx, SQL errors in the statement or its data. */
  CLIENT_ERROR(1),
  /** The callee failed: HTTP 5xx, SQL errors of the server, a broken connection. */
  SERVER_ERROR(2),
  /** Refused on purpose before the callee saw it: breaker, bulkhead, pool. */
  REFUSED(3),
  /** No answer in time. */
  TIMEOUT(4),
  /** The caller went away first; counts neither for nor against the callee's availability. */
  ABANDONED(5);

  private static final Outcome[] ALL = values();

  private final int index;

  Outcome(int index) {
    this.index = index;
  }

  /** Its place among counters, from 0 to {@link #COUNT} less one. */
  public int index() {
    return index;
  }

  /** How many there are. */
  public static final int COUNT = ALL.length;

  /** The outcome of an HTTP status that the callee itself sent. */
  public static Outcome ofHttpStatus(int status) {
    if (status < 400) {
      return OK;
    }
    return status < 500 ? CLIENT_ERROR : SERVER_ERROR;
  }

  /**
   * The outcome of an SQLSTATE: connection failures (08), lack of resources (53), intervention
   * (57), system errors (58) and internal ones (F0, XX) are the server's, a time-out by the server
   * itself (57014) and a failed serialisation (40) are the caller's to repeat.
   */
  public static Outcome ofSqlState(String state) {
    if (state.equals("57014")) {
      return TIMEOUT;
    }
    return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
      case "00", "01", "02" -> OK;
      case "08", "53", "57", "58", "F0", "XX", "" -> SERVER_ERROR;
      default -> CLIENT_ERROR;
    };
  }

  /** Whether it counts against the callee. */
  public boolean failed() {
    return this == SERVER_ERROR || this == REFUSED || this == TIMEOUT;
  }

  /** Its name in labels and JSON: {@code server_error}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The outcome of an index. */
  public static Outcome of(int index) {
    return ALL[index];
  }
}
