package io.mamparo.compute;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks a replica whether it works. Stateless; blocks the calling virtual thread for the time-out at
 * most. No redirect is followed, and no more than 64 KiB of an answer is read.
 */
final class HttpCheck {
  private static final int MAX_BYTES = 65_536;

  private HttpCheck() {}

  /**
   * Null when it works, otherwise why not, in a few words.
   *
   * @param path asked with GET; null: connecting is enough
   */
  static @Nullable String ask(String host, int port, @Nullable String path, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millisUntil(end));
      return path == null ? null : get(socket, host + ":" + port, path, end);
    } catch (ConnectException e) {
      return "does not listen on port " + port;
    } catch (SocketTimeoutException e) {
      return "no answer within " + timeout.toMillis() + " ms";
    } catch (IOException e) {
      return "the connection broke: " + e.getMessage();
    }
  }

  private static @Nullable String get(Socket socket, String host, String path, long end)
      throws IOException {
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nUser-Agent: mamparo-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    byte[] head = new byte[16];
    int read = 0;
    InputStream in = socket.getInputStream();
    while (read < head.length) {
      socket.setSoTimeout(millisUntil(end));
      int n = in.read(head, read, head.length - read);
      if (n < 0) {
        break;
      }
      read += n;
    }
    String failure = judge(new String(head, 0, read, StandardCharsets.US_ASCII), path);
    readRest(socket, in, end);
    return failure;
  }

  private static @Nullable String judge(String line, String path) {
    if (!line.matches("(?s)HTTP/1\\.[01] [1-5][0-9][0-9].*")) {
      return line.isEmpty() ? "closed the connection without an answer" : "does not answer in HTTP";
    }
    int status = Integer.parseInt(line.substring(9, 12));
    return status >= 200 && status < 400 ? null : path + " answered " + status;
  }

  /** So that the other side is not reset while it still writes. */
  private static void readRest(Socket socket, InputStream in, long end) {
    byte[] rest = new byte[4_096];
    int total = 0;
    try {
      while (total < MAX_BYTES) {
        socket.setSoTimeout(Math.min(50, millisUntil(end)));
        int n = in.read(rest);
        if (n < 0) {
          return;
        }
        total += n;
      }
    } catch (IOException e) {
      // The status has been seen: how the connection ends does not matter.
      return;
    }
  }

  private static int millisUntil(long end) throws SocketTimeoutException {
    long left = (end - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(Integer.MAX_VALUE, left);
  }
}
