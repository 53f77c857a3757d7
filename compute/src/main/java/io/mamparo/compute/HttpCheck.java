package io.mamparo.compute;

import io.mamparo.wire.http2.OneCall;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks a replica whether it works. Stateless; blocks the calling virtual thread for the time-out at
 * most. No redirect is followed, and no more than 64 KiB of an answer is read.
 */
public final class HttpCheck {
  private static final int MAX_BYTES = 65_536;

  private HttpCheck() {}

  /**
   * Null when it works, otherwise why not, in a few words.
   *
   * @param to where it listens
   * @param host what is asked for, as in the Host header
   * @param check what is asked; its times are not looked at
   * @param tls encrypts the connection, whose other side has to prove that it is the host of {@code
   *     to}; null when it is not encrypted
   */
  public static @Nullable String ask(
      InetSocketAddress to,
      String host,
      HealthCheck check,
      Duration timeout,
      @Nullable SSLSocketFactory tls) {
    long end = System.nanoTime() + timeout.toNanos();
    try (Socket plain = new Socket()) {
      plain.connect(to, millisUntil(end));
      String path = check.path();
      if (path == null && check.by() != HealthCheck.By.GRPC) {
        return null;
      }
      Socket socket = tls == null ? plain : encrypted(plain, to, check, end, tls);
      return switch (check.by()) {
        case HTTP_1 -> get(socket, host, String.valueOf(path), end);
        case HTTP_2 -> judge(OneCall.get(socket, host, String.valueOf(path), end).status(), path);
        case GRPC -> GrpcHealth.judge(OneCall.grpc(socket, host, GrpcHealth.METHOD, end));
      };
    } catch (ConnectException e) {
      return "does not listen on port " + to.getPort();
    } catch (SocketTimeoutException e) {
      return "no answer within " + timeout.toMillis() + " ms";
    } catch (ProtocolException e) {
      return String.valueOf(e.getMessage());
    } catch (IOException e) {
      return "the connection broke: " + e.getMessage();
    }
  }

  private static Socket encrypted(
      Socket plain, InetSocketAddress to, HealthCheck check, long end, SSLSocketFactory tls)
      throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, to.getHostString(), to.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    boolean old = check.by() == HealthCheck.By.HTTP_1;
    parameters.setApplicationProtocols(new String[] {old ? "http/1.1" : "h2"});
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(millisUntil(end));
    socket.startHandshake();
    return socket;
  }

  private static @Nullable String judge(int status, @Nullable String path) {
    return status >= 200 && status < 400 ? null : path + " answered " + status;
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
    return judge(Integer.parseInt(line.substring(9, 12)), path);
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
