package io.mamparo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mamparo.app.ControlFile;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to the control API of a running stack. The JDK's old HTTP client, because it starts
 * fastest. Immutable.
 */
final class ControlClient {
  /** How long a process that was killed may take to go. */
  private static final Duration ENDS = Duration.ofSeconds(2);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ControlFile control;

  ControlClient(ControlFile control) {
    this.control = control;
  }

  /**
   * Of the stack that runs in {@code data}.
   *
   * @throws NotRunning when none does
   */
  static ControlClient of(Path data) {
    ControlFile control = ControlFile.read(data).orElseThrow(() -> new NotRunning(data));
    if (!control.alive() || ends(control)) {
      throw new NotRunning(data);
    }
    return new ControlClient(control);
  }

  /** Whether it is about to be gone, as after a kill: nobody listens any more. */
  private static boolean ends(ControlFile control) {
    URI address = URI.create("http://" + control.address());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 3_000);
      return false;
    } catch (ConnectException e) {
      long end = System.nanoTime() + ENDS.toNanos();
      while (control.alive() && System.nanoTime() - end < 0) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
      return !control.alive();
    } catch (IOException e) {
      return false; // the request that follows says it better
    }
  }

  /** Nothing runs there. */
  static final class NotRunning extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotRunning(Path data) {
      super(
          "nothing runs in "
              + data
              + ". Start it with mamparo up, or name another directory with --data.");
    }
  }

  /** The control API's address, {@code host:port}. */
  String address() {
    return control.address();
  }

  long pid() {
    return control.pid();
  }

  JsonNode get(String path) {
    return json(open("GET", path, null, Duration.ofSeconds(10)));
  }

  JsonNode post(String path, JsonNode body, Duration patience) {
    return json(open("POST", path, body, patience));
  }

  JsonNode delete(String path) {
    return json(open("DELETE", path, null, Duration.ofSeconds(30)));
  }

  /** Copies an answer to {@code out} as it comes. */
  void copy(String path, OutputStream out) throws IOException {
    HttpURLConnection connection = open("GET", path, null, Duration.ZERO);
    try (InputStream in = body(connection)) {
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
    }
  }

  private HttpURLConnection open(
      String method, String path, @Nullable JsonNode body, Duration patience) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + control.address() + path)
                  .toURL()
                  .openConnection(java.net.Proxy.NO_PROXY);
      connection.setRequestMethod(method);
      connection.setConnectTimeout(3_000);
      connection.setReadTimeout((int) patience.toMillis());
      connection.setRequestProperty("Authorization", "Bearer " + control.token());
      if (body != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream out = connection.getOutputStream()) {
          out.write(body.toString().getBytes(StandardCharsets.UTF_8));
        }
      }
      return connection;
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private JsonNode json(HttpURLConnection connection) {
    try (InputStream in = body(connection)) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private InputStream body(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    if (status < 400) {
      return connection.getInputStream();
    }
    String error = "the control API answered " + status;
    String remedy = "see mamparo logs mamparo";
    String subject = "";
    try (InputStream in = connection.getErrorStream()) {
      JsonNode json = in == null ? JSON.nullNode() : JSON.readTree(in);
      error = json.path("error").asText(error);
      remedy = json.path("remedy").asText(remedy);
      subject = json.path("subject").asText("");
    } catch (IOException e) {
      // The words above do.
    }
    int colon = subject.isEmpty() ? error.indexOf(": ") : subject.length();
    throw colon < 0 || !error.startsWith(": ", colon)
        ? new Problem("control API", error, remedy)
        : new Problem(error.substring(0, colon), error.substring(colon + 2), remedy);
  }

  private Problem unreachable(IOException e) {
    return new Problem(
        "Mamparo (process " + control.pid() + " at " + control.address() + ")",
        "does not answer (" + e.getMessage() + ")",
        "look at its log with mamparo logs mamparo, or stop it with mamparo down",
        e);
  }
}
