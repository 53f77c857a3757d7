package io.mamparo.wire.http;

import java.nio.charset.StandardCharsets;

/** The methods of the RFCs; others are forwarded but not told apart. */
@SuppressWarnings("ImmutableEnumChecker")
public enum Method {
  GET,
  HEAD,
  POST,
  PUT,
  DELETE,
  PATCH,
  OPTIONS,
  TRACE,
  CONNECT,
  OTHER;

  private static final Method[] ALL = values();
  private final byte[] text = name().getBytes(StandardCharsets.US_ASCII);

  static Method of(byte[] bytes, int from, int to) {
    for (Method method : ALL) {
      byte[] text = method.text;
      if (method != OTHER
          && text.length == to - from
          && text[0] == bytes[from]
          && java.util.Arrays.equals(text, 0, text.length, bytes, from, to)) {
        return method;
      }
    }
    return OTHER;
  }
}
