package io.mamparo.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client that sends bytes as the test says and reads answers. Owned by one thread. */
final class TestClient implements AutoCloseable {
  /** An answer as it arrived. */
  record Answer(int status, List<String> headers, String body) {
    @Nullable String header(String name) {
      for (String header : headers) {
        int colon = header.indexOf(':');
        if (header.substring(0, colon).equalsIgnoreCase(name)) {
          return header.substring(colon + 1).trim();
        }
      }
      return null;
    }

    String reason() {
      return Objects.requireNonNullElse(header("X-Mamparo-Reason"), "");
    }
  }

  private final Socket socket;
  final InputStream in;

  TestClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends one GET with Host on a connection of its own. */
  static Answer get(int port, String path, String... headers) throws IOException {
    try (TestClient client = new TestClient(port)) {
      return client.send("GET", path, "", headers).answer();
    }
  }

  TestClient send(String method, String path, String body, String... headers) throws IOException {
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    if (!body.isEmpty()) {
      text.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    return raw(text.append("\r\n").append(body).toString());
  }

  TestClient raw(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** The next answer that is no interim one. */
  Answer answer() throws IOException {
    return answer(false);
  }

  Answer answer(boolean toHead) throws IOException {
    Answer head = head();
    while (head.status() < 200 && head.status() != 101) {
      head = head();
    }
    if (toHead || head.status() == 204 || head.status() == 304 || head.status() == 101) {
      return head;
    }
    boolean framed = head.header("Content-Length") != null;
    framed |= head.header("Transfer-Encoding") != null;
    byte[] body = framed ? TestServer.HttpText.body(head::header, in) : in.readAllBytes();
    return new Answer(head.status(), head.headers(), new String(body, ISO_8859_1));
  }

  Answer head() throws IOException {
    String line = TestServer.HttpText.line(in);
    if (line == null) {
      throw new IOException("closed instead of an answer");
    }
    List<String> headers = new ArrayList<>();
    String next = TestServer.HttpText.line(in);
    while (next != null && !next.isEmpty()) {
      headers.add(next);
      next = TestServer.HttpText.line(in);
    }
    return new Answer(Integer.parseInt(line.substring(9, 12)), List.copyOf(headers), "");
  }

  /** Whether the other side has closed; waits for it. */
  boolean closed() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
