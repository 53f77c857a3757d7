package io.mamparo.wire.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.wire.http.Field;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSocket;

/**
 * One request over HTTP/2, without asking, on a connection of its own: for health checks. Owned by
 * the one thread that it blocks.
 */
public final class OneCall {
  private static final int STREAM = 1;
  private static final long REST_NANOS = 50_000_000;
  private static final int MOST_HEAD = 64 * 1024;
  private static final int MOST_BODY = 64 * 1024;
  private static final byte[] GET = "GET".getBytes(US_ASCII);
  private static final byte[] POST = "POST".getBytes(US_ASCII);
  private static final byte[] FIELDS =
      "user-agent: mamparo-health\r\naccept: */*\r\n\r\n".getBytes(US_ASCII);
  private static final byte[] GRPC_FIELDS =
      "user-agent: mamparo-health\r\ncontent-type: application/grpc\r\nte: trailers\r\n\r\n"
          .getBytes(US_ASCII);

  /** Not compressed, of no length. */
  private static final byte[] EMPTY_MESSAGE = new byte[5];

  /**
   * What was answered.
   *
   * @param grpcStatus -1 when the answer has none
   * @param body the first 64 KiB of it; {@link #get} does not wait for it
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Answer(int status, int grpcStatus, byte[] body) {}

  private final Socket socket;
  private final InputStream in;
  private long end;
  private final boolean wantsBody;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final HpackDecoder decoder = new HpackDecoder(Frame.TABLE);
  private boolean headEnds;
  private boolean done;
  private boolean ended;
  private int status = -1;
  private int grpcStatus = -1;

  private OneCall(Socket socket, long end, boolean wantsBody) throws IOException {
    this.socket = socket;
    this.end = end;
    this.wantsBody = wantsBody;
    in = socket.getInputStream();
  }

  /**
   * Asks with GET and returns as soon as the final status is known.
   *
   * @param socket connected, and good for nothing else after that
   * @param end by {@link System#nanoTime}
   * @throws SocketTimeoutException when it is not known by then
   * @throws ProtocolException when what comes is no HTTP/2, or the stream is reset; says so in a
   *     few words for people
   */
  public static Answer get(Socket socket, String authority, String path, long end)
      throws IOException {
    return new OneCall(socket, end, false).run(GET, authority, path, FIELDS, new byte[0]);
  }

  /** As {@link #get}, a call of gRPC with an empty message, up to its end. */
  public static Answer grpc(Socket socket, String authority, String path, long end)
      throws IOException {
    return new OneCall(socket, end, true).run(POST, authority, path, GRPC_FIELDS, EMPTY_MESSAGE);
  }

  private Answer run(byte[] method, String authority, String path, byte[] fields, byte[] message)
      throws IOException {
    out.write(FrameReader.PREFACE);
    byte[] noPush = {0, Frame.ENABLE_PUSH, 0, 0, 0, 0};
    frame(Frame.SETTINGS, 0, 0, noPush, noPush.length);
    Block block = new Block();
    HpackEncoder encoder = new HpackEncoder();
    byte[] host = authority.getBytes(US_ASCII);
    byte[] to = path.getBytes(US_ASCII);
    encoder.begin(block);
    encoder.method(block, method, 0, method.length);
    encoder.scheme(block, socket instanceof SSLSocket);
    encoder.authority(block, host, 0, host.length);
    encoder.path(block, to, 0, to.length);
    encoder.lines(block, fields, 0, fields.length);
    int flags = Frame.END_HEADERS | (message.length == 0 ? Frame.END_STREAM : 0);
    frame(Frame.HEADERS, flags, STREAM, block.bytes(), block.length());
    if (message.length > 0) {
      frame(Frame.DATA, Frame.END_STREAM, STREAM, message, message.length);
    }
    send();
    while (!done) {
      read();
    }
    rest();
    farewell();
    return new Answer(status, grpcStatus, body.toByteArray());
  }

  /** So that the other side is not reset while it still writes; waits for a moment only. */
  private void rest() {
    long soon = System.nanoTime() + REST_NANOS;
    end = soon - end < 0 ? soon : end;
    try {
      while (!ended) {
        read();
      }
    } catch (IOException e) {
      // The status has been seen: how the stream ends does not matter.
      ended = true;
    }
  }

  /** So that the other side does not take the end of the connection for an accident. */
  private void farewell() {
    byte[] noError = new byte[8];
    frame(Frame.GOAWAY, 0, 0, noError, noError.length);
    try {
      send();
    } catch (IOException e) {
      // It is gone already, and has answered.
      out.reset();
    }
  }

  private void frame(int type, int flags, int stream, byte[] payload, int length) {
    out.write(length >> 16);
    out.write(length >> 8);
    out.write(length);
    out.write(type);
    out.write(flags);
    out.write(0);
    out.write(0);
    out.write(0);
    out.write(stream);
    out.write(payload, 0, length);
  }

  private void send() throws IOException {
    socket.getOutputStream().write(out.toByteArray());
    socket.getOutputStream().flush();
    out.reset();
  }

  private byte[] read(int length) throws IOException {
    byte[] all = new byte[length];
    int at = 0;
    while (at < length) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException();
      }
      socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, left));
      int n = in.read(all, at, length - at);
      if (n < 0) {
        throw new EOFException("closed before its answer was complete");
      }
      at += n;
    }
    return all;
  }

  private void read() throws IOException {
    byte[] header = read(Frame.HEADER);
    int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
    if (length > Frame.PAYLOAD) {
      throw new ProtocolException("does not answer in HTTP/2");
    }
    int flags = header[4];
    int stream = ControlFrames.word(header, 5) & 0x7fffffff;
    byte[] payload = read(length);
    switch (header[3]) {
      case Frame.SETTINGS -> acknowledge(Frame.SETTINGS, flags, new byte[0]);
      case Frame.PING -> acknowledge(Frame.PING, flags, payload);
      case Frame.GOAWAY -> {
        if (length < 8 || (ControlFrames.word(payload, 0) & 0x7fffffff) < STREAM) {
          throw new ProtocolException("says farewell instead of an answer");
        }
      }
      case Frame.RST_STREAM -> {
        if (stream == STREAM && length == 4) {
          ErrorCode code = ErrorCode.of(ControlFrames.word(payload, 0));
          throw new ProtocolException("resets the stream instead of an answer: " + code);
        }
      }
      case Frame.HEADERS, Frame.CONTINUATION, Frame.DATA -> {
        if (stream == STREAM) {
          content(header[3], flags, payload);
        }
      }
      default -> {
        // Windows, priorities and what is unknown: no matter for one small request.
      }
    }
  }

  private void acknowledge(int type, int flags, byte[] payload) throws IOException {
    if ((flags & Frame.ACK) == 0) {
      frame(type, Frame.ACK, 0, payload, payload.length);
      send();
    }
  }

  private void content(int type, int flags, byte[] payload) throws IOException {
    int from = 0;
    int to = payload.length;
    if (type != Frame.CONTINUATION && (flags & Frame.PADDED) != 0 && to > 0) {
      to -= payload[0] & 0xff;
      from = 1;
    }
    if (type == Frame.HEADERS && (flags & Frame.PRIORITISED) != 0) {
      from += 5;
    }
    if (from > to) {
      throw new ProtocolException("does not answer in HTTP/2");
    }
    boolean last = (flags & Frame.END_STREAM) != 0;
    if (type == Frame.DATA) {
      body.write(payload, from, Math.min(to - from, MOST_BODY - body.size()));
      ended = last;
      done |= last;
      return;
    }
    headEnds = type == Frame.HEADERS ? last : headEnds;
    head.write(payload, from, to - from);
    if (head.size() > MOST_HEAD) {
      throw new ProtocolException("answers with a head of more than 64 KiB");
    }
    if ((flags & Frame.END_HEADERS) != 0) {
      byte[] block = head.toByteArray();
      head.reset();
      if (!decoder.decode(block, 0, block.length, this::field)) {
        throw new ProtocolException("does not answer in HTTP/2: a header block is malformed");
      }
      boolean known = status >= 200;
      ended = headEnds;
      done |= ended || (known && !wantsBody);
    }
  }

  private void field(byte[] b, int at, int name, int value, Field known, boolean sound) {
    String called = new String(b, at, name, US_ASCII);
    String text = new String(b, at + name, value, US_ASCII);
    if (called.equals(":status") && text.matches("[1-5]\\d\\d")) {
      status = Integer.parseInt(text);
    } else if (called.equals("grpc-status") && text.matches("\\d{1,4}")) {
      grpcStatus = Integer.parseInt(text);
    }
  }
}
