package io.mamparo.wire.http;

/** What is wrong with a message. Nothing of a refused message is forwarded. */
public enum Refusal {
  REQUEST_LINE(400, "the request line is malformed"),
  STATUS_LINE(400, "the status line is malformed"),
  METHOD(400, "the method is not a token of at most 32 characters"),
  TARGET(400, "the request target is malformed"),
  TARGET_TOO_LONG(414, "the request target is too long"),
  VERSION(400, "the version is malformed"),
  VERSION_UNSUPPORTED(505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
  HTTP2_PREFACE(505, "the preface of HTTP/2 stands only at a connection's beginning"),
  TLS(400, "TLS is not spoken here; use http://"),
  CONNECT(501, "CONNECT is not offered"),
  BARE_LINE_FEED(400, "a line ends without a carriage return"),
  BARE_CARRIAGE_RETURN(400, "a carriage return stands within a line"),
  FOLDED_FIELD(400, "a field is continued on the next line"),
  FIELD_NAME(400, "a field name is malformed"),
  FIELD_VALUE(400, "a field value holds a control character"),
  HEAD_TOO_LARGE(431, "the head is too large"),
  TOO_MANY_FIELDS(431, "there are too many fields"),
  HOST_MISSING(400, "Host is missing"),
  HOST(400, "Host is malformed or there twice"),
  CONTENT_LENGTH(400, "Content-Length is malformed or there twice"),
  TRANSFER_ENCODING(400, "Transfer-Encoding is malformed or there twice"),
  TRANSFER_ENCODING_UNKNOWN(501, "no Transfer-Encoding but chunked is understood"),
  LENGTH_AND_ENCODING(400, "Content-Length and Transfer-Encoding exclude each other"),
  ENCODING_IN_1_0(400, "HTTP/1.0 has no Transfer-Encoding"),
  NOMINATED_FIELD(400, "Connection names a field that delimits messages"),
  EXPECTATION(417, "no expectation but 100-continue is understood"),
  CHUNK_SIZE(400, "a chunk size is malformed"),
  CHUNK_EXTENSION(400, "a chunk extension is malformed or too long"),
  CHUNK_END(400, "a chunk does not end where it says"),
  PSEUDO_FIELD(400, "a pseudo field is missing, unknown, out of place or there twice"),
  CONNECTION_FIELD(400, "a field concerns one connection, which HTTP/2 does not allow"),
  TRAILER(400, "a trailer field is malformed, forbidden, or too long");

  private final int status;
  private final String what;

  Refusal(int status, String what) {
    this.status = status;
    this.what = what;
  }

  /** The status that a server answers such a request with. */
  public int status() {
    return status;
  }

  /** One sentence without a full stop. */
  public String what() {
    return what;
  }
}
