package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.wire.http2.HpackDecoder;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that speaks HTTP/2 frame by frame, as the test says. Owned by one thread. */
final class TestStreams implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  /** A frame as it arrived. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Frame(int type, int flags, int stream, byte[] payload) {
    int word(int at) {
      return (payload[at] & 0xff) << 24
          | (payload[at + 1] & 0xff) << 16
          | (payload[at + 2] & 0xff) << 8
          | (payload[at + 3] & 0xff);
    }
  }

  /** What one stream was answered. */
  static final class Answer {
    final List<Map<String, String>> heads = new ArrayList<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean ended;
    int reset = -1;

    int status() {
      return Integer.parseInt(heads.getFirst().getOrDefault(":status", "0"));
    }

    String text() {
      return body.toString(ISO_8859_1);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final HpackDecoder decoder = new HpackDecoder(4096);
  private final Map<Integer, Answer> answers = new HashMap<>();
  private int next = 1;
  @Nullable Frame goAway;

  TestStreams(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    out = socket.getOutputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
    frame(SETTINGS, 0, 0);
  }

  TestStreams frame(int type, int flags, int stream, byte... payload) throws IOException {
    int n = payload.length;
    byte[] all = new byte[9 + n];
    byte[] head = {
      (byte) (n >> 16),
      (byte) (n >> 8),
      (byte) n,
      (byte) type,
      (byte) flags,
      (byte) (stream >> 24),
      (byte) (stream >> 16),
      (byte) (stream >> 8),
      (byte) stream
    };
    System.arraycopy(head, 0, all, 0, 9);
    System.arraycopy(payload, 0, all, 9, n);
    out.write(all);
    out.flush();
    return this;
  }

  static byte[] word(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  /** A header block of literals: names and values in turn. */
  static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      for (String text : List.of(fields[i], fields[i + 1])) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
          block.write(length);
        } else {
          block.write(127);
          for (length -= 127; length >= 128; length >>>= 7) {
            block.write((length & 127) | 128);
          }
          block.write(length);
        }
        block.writeBytes(bytes);
      }
    }
    return block.toByteArray();
  }

  /** Begins a request, and says on which stream. */
  int begin(String method, String path, boolean end, String... fields) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "test"));
    all.addAll(List.of(fields));
    int stream = next;
    next += 2;
    answers.put(stream, new Answer());
    byte[] block = block(all.toArray(String[]::new));
    frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block);
    return stream;
  }

  TestStreams data(int stream, String text, boolean end) throws IOException {
    return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(ISO_8859_1));
  }

  /** The next frame, or null at the connection's end. What it means is kept. */
  @Nullable Frame read() throws IOException {
    int first;
    try {
      first = in.read();
    } catch (java.net.SocketException e) {
      return null;
    }
    if (first < 0) {
      return null;
    }
    int length = first << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    Frame frame = new Frame(type, flags, in.readInt(), in.readNBytes(length));
    keep(frame);
    return frame;
  }

  private void keep(Frame frame) throws IOException {
    Answer answer = answers.computeIfAbsent(frame.stream(), id -> new Answer());
    switch (frame.type()) {
      case HEADERS -> {
        Map<String, String> head = new HashMap<>();
        boolean fine =
            decoder.decode(
                frame.payload(),
                0,
                frame.payload().length,
                (b, at, name, value, known, sound) ->
                    head.put(
                        new String(b, at, name, ISO_8859_1),
                        new String(b, at + name, value, ISO_8859_1)));
        if (!fine || (frame.flags() & END_HEADERS) == 0) {
          throw new IOException("no such head is expected");
        }
        answer.heads.add(head);
      }
      case DATA -> answer.body.writeBytes(frame.payload());
      case RST_STREAM -> answer.reset = frame.word(0);
      case GOAWAY -> goAway = frame;
      case SETTINGS, PING -> {
        if ((frame.flags() & ACK) == 0) {
          frame(frame.type(), ACK, 0, frame.type() == PING ? frame.payload() : new byte[0]);
        }
      }
      default -> {}
    }
    boolean carries = frame.type() == HEADERS || frame.type() == DATA;
    answer.ended |= carries && (frame.flags() & END_STREAM) != 0;
  }

  Answer peek(int stream) {
    return answers.computeIfAbsent(stream, id -> new Answer());
  }

  /** Reads until a stream has ended. */
  Answer answer(int stream) throws IOException {
    Answer answer = peek(stream);
    while (!answer.ended && answer.reset < 0) {
      if (read() == null) {
        throw new IOException("closed instead of an answer");
      }
    }
    return answer;
  }

  Answer get(String path, String... fields) throws IOException {
    return answer(begin("GET", path, true, fields));
  }

  /** The code of the farewell with which the other side ends the connection. */
  int farewell() throws IOException {
    while (read() != null) {
      if (goAway != null && goAway.word(4) != 0) {
        return goAway.word(4);
      }
    }
    return goAway == null ? -1 : goAway.word(4);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
