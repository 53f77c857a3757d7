package io.mamparo.telemetry;

import org.jspecify.annotations.Nullable;

/** What a span may say beyond the usual: a number, or the handle of a name in {@link Names}. */
public enum SpanAttribute {
  /** The entry the trace came in through; set by {@link SpanWriter#entry}. */
  ENTRY(1, "entry", true),
  /** How often it was tried. */
  TRIES(2, "tries", false),
  /** The replica that answered: host and port. */
  ENDPOINT(3, "endpoint", true),
  /** The route that matched. */
  ROUTE(4, "route", true),
  /** Why it was refused or failed. */
  REASON(5, "reason", true),
  /** The normalised text of a statement. */
  STATEMENT(6, "statement", true),
  /** The SQLSTATE of an error. */
  SQLSTATE(7, "sqlstate", true),
  /** The login a statement came with. */
  LOGIN(8, "login", true),
  /** Rows returned or changed. */
  ROWS(9, "rows", false),
  /** Bytes of the request. */
  REQUEST_BYTES(10, "requestBytes", false),
  /** Bytes of the answer. */
  RESPONSE_BYTES(11, "responseBytes", false),
  /** Waited for a connection or a permit, in microseconds. */
  WAIT_MICROS(12, "waitUs", false),
  /** Until the first byte of the answer, in microseconds. */
  FIRST_BYTE_MICROS(13, "firstByteUs", false),
  /** The caller or callee by name; shown for {@link SpanWriter#peer}. */
  PEER(14, "peer", true),
  /** How it was found to belong to its trace, if not by a trace context. */
  JOINED_BY(15, "joinedBy", true),
  /** The process on the database server. */
  BACKEND(16, "backendPid", false),
  /** 1 when the client keeps its server connection between transactions. */
  PINNED(17, "pinned", false),
  /** 1 for a second try of a slow request, and for a request that was answered by one. */
  HEDGE(18, "hedge", false),
  /** 1 for a try that was called off, for another one brought the answer. */
  CALLED_OFF(19, "calledOff", false);

  private static final @Nullable SpanAttribute[] BY_CODE = new SpanAttribute[64];

  static {
    for (SpanAttribute attribute : values()) {
      BY_CODE[attribute.code] = attribute;
    }
  }

  private final int code;
  private final String label;
  private final boolean handle;

  SpanAttribute(int code, String label, boolean handle) {
    this.code = code;
    this.label = label;
    this.handle = handle;
  }

  /** Its number in rings and in the store, 1 to 63. */
  public int code() {
    return code;
  }

  /** Its name in JSON. */
  public String label() {
    return label;
  }

  /** Whether its value is the handle of a name. */
  public boolean isHandle() {
    return handle;
  }

  /** The attribute of a number, or null. */
  public static @Nullable SpanAttribute of(int code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
