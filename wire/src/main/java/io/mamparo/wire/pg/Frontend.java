package io.mamparo.wire.pg;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The messages of a frontend (client): their types, and encoders for those a proxy says itself.
 * Source: PostgreSQL documentation, chapter Message Formats. Safe for use by several threads.
 */
public final class Frontend {
  public static final byte BIND = 'B';
  public static final byte CLOSE = 'C';
  public static final byte COPY_DATA = 'd';
  public static final byte COPY_DONE = 'c';
  public static final byte COPY_FAIL = 'f';
  public static final byte DESCRIBE = 'D';
  public static final byte EXECUTE = 'E';
  public static final byte FLUSH = 'H';
  public static final byte FUNCTION_CALL = 'F';
  public static final byte PARSE = 'P';
  public static final byte PASSWORD = 'p';
  public static final byte QUERY = 'Q';
  public static final byte SYNC = 'S';
  public static final byte TERMINATE = 'X';

  /** The first four bytes after the length of what may open a connection. */
  public static final int PROTOCOL_3_0 = 3 << 16;

  /** Since PostgreSQL 18: cancel keys of any length. There is no 3.1. */
  public static final int PROTOCOL_3_2 = 3 << 16 | 2;

  public static final int SSL_REQUEST = 80877103;
  public static final int GSSENC_REQUEST = 80877104;
  public static final int CANCEL_REQUEST = 80877102;

  /** A start-up packet longer than this is refused, as PostgreSQL does. */
  public static final int MAX_STARTUP = 10_000;

  /** Longest body of a message that carries no user data, as in PostgreSQL. */
  private static final int MAX_SMALL = 10_000;

  /** Longest body of any message: 1 GB less one, as in PostgreSQL. */
  private static final int MAX_LARGE = 0x3fffffff;

  private Frontend() {}

  /** The largest length field a message of this type may have; 0 when there is no such message. */
  public static int maxLength(byte type) {
    return switch (type) {
      case QUERY, PARSE, BIND, COPY_DATA, FUNCTION_CALL -> MAX_LARGE;
      case CLOSE, COPY_DONE, COPY_FAIL, DESCRIBE, EXECUTE, FLUSH, SYNC, TERMINATE -> MAX_SMALL;
      default -> 0;
    };
  }

  /** Whether a server that runs nothing ignores messages of this type, as outside of a copy. */
  public static boolean ignoredWhenIdle(byte type) {
    return switch (type) {
      case FLUSH, COPY_DATA, COPY_DONE, COPY_FAIL -> true;
      default -> false;
    };
  }

  /** A start-up packet of protocol 3.0. */
  public static void startup(ByteBuf out, Map<String, String> parameters) {
    startup(out, PROTOCOL_3_0, parameters);
  }

  /** A start-up packet that asks for a version of the protocol. */
  public static void startup(ByteBuf out, int version, Map<String, String> parameters) {
    int start = out.writerIndex();
    out.writeInt(0).writeInt(version);
    parameters.forEach(
        (name, value) -> {
          Wire.string(out, name);
          Wire.string(out, value);
        });
    out.writeByte(0);
    out.setInt(start, out.writerIndex() - start);
  }

  /** A request to cancel what the server process {@code pid} is doing. */
  public static void cancel(ByteBuf out, int pid, byte[] key) {
    out.writeInt(12 + key.length).writeInt(CANCEL_REQUEST).writeInt(pid);
    out.writeBytes(key);
  }

  /** A simple query. */
  public static void query(ByteBuf out, String text) {
    int start = Wire.begin(out, QUERY);
    Wire.string(out, text);
    Wire.end(out, start);
  }

  /**
   * A Parse.
   *
   * @param name the statement's name without its final zero
   * @param body all that follows the name: text, zero, number of types, types
   */
  public static void parse(ByteBuf out, byte[] name, byte[] body) {
    out.writeByte(PARSE).writeInt(4 + name.length + 1 + body.length);
    out.writeBytes(name).writeByte(0).writeBytes(body);
  }

  /** A Close of a prepared statement. */
  public static void closeStatement(ByteBuf out, byte[] name) {
    out.writeByte(CLOSE).writeInt(4 + 1 + name.length + 1);
    out.writeByte('S').writeBytes(name).writeByte(0);
  }

  /** A Sync. */
  public static void sync(ByteBuf out) {
    out.writeByte(SYNC).writeInt(4);
  }

  /** A Flush. */
  public static void flush(ByteBuf out) {
    out.writeByte(FLUSH).writeInt(4);
  }

  /** A good-bye. */
  public static void terminate(ByteBuf out) {
    out.writeByte(TERMINATE).writeInt(4);
  }

  /** The first message of a SASL dialogue. */
  public static void saslInitial(ByteBuf out, String mechanism, String first) {
    byte[] data = first.getBytes(StandardCharsets.UTF_8);
    int start = Wire.begin(out, PASSWORD);
    Wire.string(out, mechanism);
    out.writeInt(data.length).writeBytes(data);
    Wire.end(out, start);
  }

  /** A later message of a SASL dialogue. */
  public static void saslResponse(ByteBuf out, String data) {
    int start = Wire.begin(out, PASSWORD);
    out.writeCharSequence(data, StandardCharsets.UTF_8);
    Wire.end(out, start);
  }

  /** A password, in the clear or as the MD5 answer. */
  public static void password(ByteBuf out, byte[] password) {
    int start = Wire.begin(out, PASSWORD);
    out.writeBytes(password).writeByte(0);
    Wire.end(out, start);
  }
}
