package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The server's end of WebSocket (RFC 6455), frame by frame, as the test says. Stateless. */
final class TestWebSockets {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final String ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int LAST = 0x80;
  private static final int MASKED = 0x80;

  /** A frame as it arrived, unmasked. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Frame(int kind, boolean last, byte[] payload) {
    /** What a farewell says; 1005 when it says nothing. */
    int code() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
    }
  }

  private TestWebSockets() {}

  /** Answers the first request of a connection with 101. */
  static void open(TestServer.Connection c) throws IOException {
    TestServer.Request r = Objects.requireNonNull(c.next());
    c.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(Objects.requireNonNull(r.header("Sec-WebSocket-Key")))
            + "\r\n\r\n");
  }

  private static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + ACCEPT).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next frame, or null at the connection's end. */
  static @Nullable Frame read(TestServer.Connection c) throws IOException {
    int first = c.in.read();
    if (first < 0) {
      return null;
    }
    DataInputStream in = new DataInputStream(c.in);
    int second = in.readUnsignedByte();
    if ((second & MASKED) == 0) {
      throw new IOException("a client's frame is not masked");
    }
    long length = second & 0x7f;
    length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
    byte[] mask = in.readNBytes(4);
    byte[] data = in.readNBytes(Math.toIntExact(length));
    if (data.length < length) {
      throw new EOFException("cut within a frame");
    }
    for (int i = 0; i < data.length; i++) {
      data[i] ^= mask[i % 4];
    }
    return new Frame(first & 0x0f, (first & LAST) != 0, data);
  }

  static void send(TestServer.Connection c, int kind, boolean last, byte... data)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(kind | (last ? LAST : 0));
    if (data.length < 126) {
      out.writeByte(data.length);
    } else if (data.length < 65_536) {
      out.writeByte(126);
      out.writeShort(data.length);
    } else {
      out.writeByte(127);
      out.writeLong(data.length);
    }
    out.write(data);
    c.out.write(bytes.toByteArray());
    c.out.flush();
  }

  /** Sends back every message in one frame, and every farewell; answers pings. */
  static void echo(TestServer.Connection c) throws IOException {
    open(c);
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int kind = TEXT;
    for (Frame f = read(c); f != null; f = read(c)) {
      switch (f.kind()) {
        case PING -> send(c, PONG, true, f.payload());
        case PONG -> {}
        case CLOSE -> {
          send(c, CLOSE, true, f.payload());
          return;
        }
        default -> {
          kind = f.kind() == CONTINUATION ? kind : f.kind();
          message.writeBytes(f.payload());
          if (f.last()) {
            send(c, kind, true, message.toByteArray());
            message.reset();
          }
        }
      }
    }
  }
}
