package io.mamparo.wire.pg;

/** SCRAM's {@code a=value,b=value}. Safe for use by several threads. */
final class Attributes {
  private Attributes() {}

  /**
   * The value of the attribute.
   *
   * @throws ProtocolViolation when there is none
   */
  static String of(String message, char name) {
    for (String part : message.split(",", -1)) {
      if (part.length() >= 2 && part.charAt(0) == name && part.charAt(1) == '=') {
        return part.substring(2);
      }
    }
    throw new ProtocolViolation("malformed SCRAM message");
  }
}
