package io.mamparo.wire.pg;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a backend (server): their types, and encoders for those a proxy says itself.
 * Source: PostgreSQL documentation, chapter Message Formats. Safe for use by several threads.
 */
public final class Backend {
  public static final byte AUTHENTICATION = 'R';
  public static final byte BACKEND_KEY_DATA = 'K';
  public static final byte BIND_COMPLETE = '2';
  public static final byte CLOSE_COMPLETE = '3';
  public static final byte COMMAND_COMPLETE = 'C';
  public static final byte COPY_BOTH_RESPONSE = 'W';
  public static final byte COPY_DATA = 'd';
  public static final byte COPY_DONE = 'c';
  public static final byte COPY_IN_RESPONSE = 'G';
  public static final byte COPY_OUT_RESPONSE = 'H';
  public static final byte DATA_ROW = 'D';
  public static final byte EMPTY_QUERY_RESPONSE = 'I';
  public static final byte ERROR_RESPONSE = 'E';
  public static final byte FUNCTION_CALL_RESPONSE = 'V';
  public static final byte NEGOTIATE_PROTOCOL_VERSION = 'v';
  public static final byte NO_DATA = 'n';
  public static final byte NOTICE_RESPONSE = 'N';
  public static final byte NOTIFICATION_RESPONSE = 'A';
  public static final byte PARAMETER_DESCRIPTION = 't';
  public static final byte PARAMETER_STATUS = 'S';
  public static final byte PARSE_COMPLETE = '1';
  public static final byte PORTAL_SUSPENDED = 's';
  public static final byte READY_FOR_QUERY = 'Z';
  public static final byte ROW_DESCRIPTION = 'T';

  public static final int AUTH_OK = 0;
  public static final int AUTH_CLEARTEXT = 3;
  public static final int AUTH_MD5 = 5;
  public static final int AUTH_SASL = 10;
  public static final int AUTH_SASL_CONTINUE = 11;
  public static final int AUTH_SASL_FINAL = 12;

  /** Transaction states as told by ReadyForQuery. */
  public static final byte IDLE = 'I';

  public static final byte IN_TRANSACTION = 'T';
  public static final byte FAILED_TRANSACTION = 'E';

  private Backend() {}

  /** The client is who it says it is. */
  public static void authenticationOk(ByteBuf out) {
    out.writeByte(AUTHENTICATION).writeInt(8).writeInt(AUTH_OK);
  }

  /** Asks for a password as it is. */
  public static void authenticationCleartextPassword(ByteBuf out) {
    out.writeByte(AUTHENTICATION).writeInt(8).writeInt(AUTH_CLEARTEXT);
  }

  /** Asks for a SASL dialogue by one of the mechanisms. */
  public static void authenticationSasl(ByteBuf out, List<String> mechanisms) {
    int start = Wire.begin(out, AUTHENTICATION);
    out.writeInt(AUTH_SASL);
    mechanisms.forEach(mechanism -> Wire.string(out, mechanism));
    out.writeByte(0);
    Wire.end(out, start);
  }

  /** The next word of a SASL dialogue: {@link #AUTH_SASL_CONTINUE} or the final one. */
  public static void authenticationSasl(ByteBuf out, int kind, String data) {
    int start = Wire.begin(out, AUTHENTICATION);
    out.writeInt(kind);
    out.writeCharSequence(data, StandardCharsets.UTF_8);
    Wire.end(out, start);
  }

  /** A parameter's value. */
  public static void parameterStatus(ByteBuf out, String name, String value) {
    int start = Wire.begin(out, PARAMETER_STATUS);
    Wire.string(out, name);
    Wire.string(out, value);
    Wire.end(out, start);
  }

  /**
   * What the client must show to cancel a statement.
   *
   * @param key four bytes in protocol 3.0, 4 to 256 since 3.2
   */
  public static void backendKeyData(ByteBuf out, int pid, byte[] key) {
    out.writeByte(BACKEND_KEY_DATA).writeInt(8 + key.length).writeInt(pid).writeBytes(key);
  }

  /** Ready, in this transaction state. */
  public static void readyForQuery(ByteBuf out, byte status) {
    out.writeByte(READY_FOR_QUERY).writeInt(5).writeByte(status);
  }

  /** A message without a body, such as ParseComplete. */
  public static void empty(ByteBuf out, byte type) {
    out.writeByte(type).writeInt(4);
  }

  /** A command's tag. */
  public static void commandComplete(ByteBuf out, String tag) {
    int start = Wire.begin(out, COMMAND_COMPLETE);
    Wire.string(out, tag);
    Wire.end(out, start);
  }

  /**
   * Which version will be spoken, and the {@code _pq_.} options that are ignored.
   *
   * @param version such as {@link Frontend#PROTOCOL_3_2}
   */
  public static void negotiateProtocolVersion(
      ByteBuf out, int version, List<String> unknownOptions) {
    int start = Wire.begin(out, NEGOTIATE_PROTOCOL_VERSION);
    out.writeInt(version).writeInt(unknownOptions.size());
    unknownOptions.forEach(option -> Wire.string(out, option));
    Wire.end(out, start);
  }

  /**
   * An error.
   *
   * @param severity ERROR or FATAL
   * @param sqlState five characters
   * @param message one line, lower case at its start and no full stop, as PostgreSQL's own
   * @param hint what to do about it, null for none
   */
  public static void error(
      ByteBuf out, String severity, String sqlState, String message, @Nullable String hint) {
    int start = Wire.begin(out, ERROR_RESPONSE);
    field(out, 'S', severity);
    field(out, 'V', severity);
    field(out, 'C', sqlState);
    field(out, 'M', message);
    if (hint != null) {
      field(out, 'H', hint);
    }
    out.writeByte(0);
    Wire.end(out, start);
  }

  private static void field(ByteBuf out, char code, String value) {
    out.writeByte(code);
    Wire.string(out, value);
  }
}
