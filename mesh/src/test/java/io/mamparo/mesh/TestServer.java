package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A service under a test's control, down to the bytes: it keeps what it was sent, and answers what
 * the test says. Safe for use by several threads.
 */
final class TestServer implements AutoCloseable {
  /** What a connection is answered. */
  interface Script {
    /** Serves one connection until it returns. */
    void serve(Connection connection) throws IOException;
  }

  /** What a request is answered. */
  interface Answer {
    /** The whole answer, as text; null closes the connection instead. */
    @Nullable String to(Request request) throws IOException;
  }

  /** A request as it arrived. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Request(String line, List<String> headers, byte[] body, int connection) {
    /** The value of a header, or null. */
    @Nullable String header(String name) {
      for (String header : headers) {
        int colon = header.indexOf(':');
        if (header.substring(0, colon).equalsIgnoreCase(name)) {
          return header.substring(colon + 1).trim();
        }
      }
      return null;
    }

    long count(String name) {
      String wanted = name.toLowerCase(Locale.ROOT) + ":";
      return headers.stream().filter(h -> h.toLowerCase(Locale.ROOT).startsWith(wanted)).count();
    }
  }

  /** One connection. */
  static final class Connection {
    final int number;
    final Socket socket;
    final InputStream in;
    final OutputStream out;
    private final TestServer server;

    private Connection(TestServer server, int number, Socket socket) throws IOException {
      this.server = server;
      this.number = number;
      this.socket = socket;
      in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      out = socket.getOutputStream();
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(ISO_8859_1));
      out.flush();
    }

    /** The next request with its body, or null at the connection's end. */
    @Nullable Request next() throws IOException {
      Request head = head();
      return head == null ? null : body(head);
    }

    /** The next head, or null at the connection's end. */
    @Nullable Request head() throws IOException {
      String line = HttpText.line(in);
      if (line == null) {
        return null;
      }
      List<String> headers = new ArrayList<>();
      for (String h = HttpText.line(in); h != null && !h.isEmpty(); h = HttpText.line(in)) {
        headers.add(h);
      }
      return new Request(line, List.copyOf(headers), new byte[0], number);
    }

    Request body(Request head) throws IOException {
      Request whole =
          new Request(head.line(), head.headers(), HttpText.body(head::header, in), number);
      server.requests.add(whole);
      return whole;
    }
  }

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger accepted = new AtomicInteger();
  final AtomicInteger bytes = new AtomicInteger();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ServerSocket socket;

  private TestServer(Script script) throws IOException {
    socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> accept(script));
  }

  static TestServer script(Script script) throws IOException {
    return new TestServer(script);
  }

  /** Answers each request as told, and keeps the connection. */
  static TestServer answering(Answer answer) throws IOException {
    return new TestServer(
        c -> {
          for (Request r = c.next(); r != null; r = c.next()) {
            String text = answer.to(r);
            if (text == null) {
              return;
            }
            c.send(text);
          }
        });
  }

  /** Answers each request with 200 and this text. */
  static TestServer saying(String text) throws IOException {
    return answering(r -> ok(text));
  }

  static String ok(String body) {
    return status(200, body);
  }

  static String status(int status, String body) {
    return "HTTP/1.1 " + status + " S\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private void accept(Script script) {
    while (!socket.isClosed()) {
      try {
        Socket s = socket.accept();
        s.setTcpNoDelay(true);
        sockets.add(s);
        int number = accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(script, number, s));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Script script, int number, Socket s) {
    try (s) {
      script.serve(new Connection(this, number, s));
    } catch (IOException e) {
      // The peer has gone, which some tests want.
    } finally {
      sockets.remove(s);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  int connections() {
    return sockets.size();
  }

  MeshConfig.Endpoint endpoint(String id) {
    return new MeshConfig.Endpoint(id, "127.0.0.1", port(), true, 1, null);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket s : sockets) {
      s.close();
    }
  }

  /** Reading HTTP from a stream, leniently. */
  static final class HttpText {
    private HttpText() {}

    interface Headers {
      @Nullable String header(String name);
    }

    static @Nullable String line(InputStream in) throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          return null;
        }
        line.write(b);
      }
      String text = line.toString(ISO_8859_1);
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    static byte[] body(Headers headers, InputStream in) throws IOException {
      if (headers.header("Transfer-Encoding") != null) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
          String size = line(in);
          if (size == null) {
            throw new IOException("cut in chunks");
          }
          int semicolon = size.indexOf(';');
          int n = Integer.parseInt(semicolon < 0 ? size : size.substring(0, semicolon), 16);
          if (n == 0) {
            String trailer = line(in);
            while (trailer != null && !trailer.isEmpty()) {
              trailer = line(in);
            }
            return all.toByteArray();
          }
          all.write(exactly(in, n));
          line(in);
        }
      }
      String length = headers.header("Content-Length");
      return length == null ? new byte[0] : exactly(in, Integer.parseInt(length));
    }

    private static byte[] exactly(InputStream in, int n) throws IOException {
      byte[] bytes = in.readNBytes(n);
      if (bytes.length < n) {
        throw new IOException("cut after " + bytes.length + " of " + n);
      }
      return bytes;
    }
  }
}
