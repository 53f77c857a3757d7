package io.mamparo.load.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that does to each request what a test wants. A virtual thread a connection. */
final class FakeServer implements AutoCloseable {
  /** What to do with a request. */
  interface Handler {
    /** Whether the connection stays open afterwards. */
    boolean handle(int number, String requestLine, Socket socket) throws Exception;
  }

  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger connections = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ServerSocket listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
  private final Handler handler;

  FakeServer(Handler handler) throws IOException {
    this.handler = handler;
    Thread.ofVirtual().start(this::accept);
  }

  static void answer(Socket socket, int status) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\nok")
                .getBytes(StandardCharsets.US_ASCII));
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  void closeConnections() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // The listener was closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int length = 0;
        for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
          if (header.startsWith("Content-Length: ")) {
            length = Integer.parseInt(header.substring(16));
          }
        }
        for (int i = 0; i < length; i++) {
          in.read();
        }
        if (!handler.handle(requests.getAndIncrement(), line, socket)) {
          return;
        }
      }
    } catch (Exception e) {
      // The client, or the test, has closed it.
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    closeConnections();
  }
}
