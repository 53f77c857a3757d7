package io.mamparo.wire.http2;

/** Why a stream or a connection ends (RFC 9113, 7). */
public enum ErrorCode {
  NO_ERROR(0),
  PROTOCOL_ERROR(1),
  INTERNAL_ERROR(2),
  FLOW_CONTROL_ERROR(3),
  SETTINGS_TIMEOUT(4),
  STREAM_CLOSED(5),
  FRAME_SIZE_ERROR(6),
  REFUSED_STREAM(7),
  CANCEL(8),
  COMPRESSION_ERROR(9),
  CONNECT_ERROR(10),
  ENHANCE_YOUR_CALM(11),
  INADEQUATE_SECURITY(12),
  HTTP_1_1_REQUIRED(13);

  private static final ErrorCode[] ALL = values();
  private final int code;

  ErrorCode(int code) {
    this.code = code;
  }

  /** As it stands in a frame. */
  public int code() {
    return code;
  }

  /** What a frame says; an unknown code means {@link #INTERNAL_ERROR} (RFC 9113, 7). */
  public static ErrorCode of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : INTERNAL_ERROR;
  }
}
