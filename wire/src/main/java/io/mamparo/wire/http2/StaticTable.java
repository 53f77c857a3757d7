package io.mamparo.wire.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.http.Field;

/** The static table of RFC 7541, appendix A. Immutable. */
final class StaticTable {
  static final int SIZE = 61;
  static final int AUTHORITY = 1;
  static final int METHOD_GET = 2;
  static final int METHOD_POST = 3;
  static final int PATH = 4;
  static final int SCHEME_HTTP = 6;
  static final int SCHEME_HTTPS = 7;
  static final int STATUS = 8;

  private static final String[] ENTRIES = {
    ":authority",
    ":method GET",
    ":method POST",
    ":path /",
    ":path /index.html",
    ":scheme http",
    ":scheme https",
    ":status 200",
    ":status 204",
    ":status 206",
    ":status 304",
    ":status 400",
    ":status 404",
    ":status 500",
    "accept-charset",
    "accept-encoding gzip, deflate",
    "accept-language",
    "accept-ranges",
    "accept",
    "access-control-allow-origin",
    "age",
    "allow",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "expires",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "link",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "range",
    "referer",
    "refresh",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
  };

  /** Name and value of each entry, from index 1 on. */
  static final byte[][] BYTES = new byte[SIZE + 1][];

  static final int[] NAME = new int[SIZE + 1];
  static final Field[] KNOWN = new Field[SIZE + 1];

  static {
    for (int i = 1; i <= SIZE; i++) {
      String[] parts = ENTRIES[i - 1].split(" ", 2);
      String value = parts.length > 1 ? parts[1] : "";
      BYTES[i] = (parts[0] + value).getBytes(US_ASCII);
      NAME[i] = parts[0].length();
      KNOWN[i] = Field.named(BYTES[i], 0, NAME[i]);
    }
  }

  private StaticTable() {}

  static String name(int index) {
    return new String(BYTES[index], 0, NAME[index], US_ASCII);
  }
}
