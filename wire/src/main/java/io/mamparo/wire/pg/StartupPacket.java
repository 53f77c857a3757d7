package io.mamparo.wire.pg;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The first packet of a connection, which has no type byte.
 *
 * @param code a protocol version, or one of the special requests of {@link Frontend}
 * @param parameters of a start-up, in the order given
 * @param pid whom to cancel
 * @param key the proof that one may cancel it
 */
public record StartupPacket(int code, Map<String, String> parameters, int pid, ByteBuffer key) {
  private static final ByteBuffer NO_KEY = ByteBuffer.allocate(0);

  /**
   * Reads a packet once it is complete, and leaves what follows it.
   *
   * @return null while bytes are missing
   * @throws ProtocolViolation when it is too short, too long or malformed
   */
  public static @org.jspecify.annotations.Nullable StartupPacket read(ByteBuf in) {
    int start = in.readerIndex();
    if (in.readableBytes() < 4) {
      return null;
    }
    int length = in.getInt(start);
    if (length < 8 || length > Frontend.MAX_STARTUP) {
      throw new ProtocolViolation("invalid length of startup packet");
    }
    if (in.readableBytes() < length) {
      return null;
    }
    ByteBuf packet = in.readSlice(length).skipBytes(4);
    int code = packet.readInt();
    return switch (code) {
      case Frontend.SSL_REQUEST, Frontend.GSSENC_REQUEST ->
          new StartupPacket(code, Map.of(), 0, NO_KEY);
      case Frontend.CANCEL_REQUEST -> cancel(packet);
      default -> new StartupPacket(code, parameters(packet, code), 0, NO_KEY);
    };
  }

  private static StartupPacket cancel(ByteBuf packet) {
    if (packet.readableBytes() < 8 || packet.readableBytes() > 4 + 256) {
      throw new ProtocolViolation("invalid length of query cancel packet");
    }
    int pid = packet.readInt();
    byte[] key = new byte[packet.readableBytes()];
    packet.readBytes(key);
    return new StartupPacket(
        Frontend.CANCEL_REQUEST, Map.of(), pid, ByteBuffer.wrap(key).asReadOnlyBuffer());
  }

  private static Map<String, String> parameters(ByteBuf packet, int code) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (code >>> 16 != 3) {
      return parameters;
    }
    while (packet.isReadable() && packet.getByte(packet.readerIndex()) != 0) {
      String name = string(packet);
      parameters.put(name, string(packet));
    }
    if (packet.readableBytes() != 1) {
      throw new ProtocolViolation(
          "invalid startup packet layout: expected terminator as last byte");
    }
    return parameters;
  }

  private static String string(ByteBuf packet) {
    int length = packet.bytesBefore((byte) 0);
    if (length < 0) {
      throw new ProtocolViolation(
          "invalid startup packet layout: expected terminator as last byte");
    }
    String value = packet.toString(packet.readerIndex(), length, StandardCharsets.UTF_8);
    packet.skipBytes(length + 1);
    return value;
  }
}
