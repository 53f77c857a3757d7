package io.mamparo.gameday;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The control API of the running process, as a game day uses it. The JDK's old HTTP client, because
 * it still works in a shutdown hook. Safe for use by several threads.
 */
public final class ControlPoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONNECT_MS = 3_000;
  private static final int READ_MS = 30_000;

  private final String address;
  private final String token;

  /**
   * Nothing is asked yet.
   *
   * @param address {@code host:port}
   * @param token for what changes something
   */
  public ControlPoint(String address, String token) {
    this.address = address;
    this.token = token;
  }

  /** What the whole stack looks like. */
  public JsonNode overview() {
    return call("GET", "/v1/overview", null);
  }

  /** Error budgets. */
  public JsonNode slos() {
    return call("GET", "/v1/slos", null);
  }

  /** One database. */
  public JsonNode database(String name) {
    return call("GET", "/v1/databases/" + escaped(name), null);
  }

  /** What a person needs to reach the stack; a password is part of it. */
  public JsonNode environment(String database) {
    String query = database.isEmpty() ? "" : "?database=" + escaped(database);
    return call("GET", "/v1/env" + query, null).path("variables");
  }

  /** Breaks something; the id mends it, and after this time it mends itself. */
  public String begin(Fault fault, Duration atMost) {
    ObjectNode body = JSON.createObjectNode().put("kind", fault.kind().text());
    body.put("for", atMost.toMillis() + "ms");
    fault.parameters().forEach((key, value) -> body.set(key, JSON.valueToTree(value)));
    return call("POST", "/v1/faults", body).path("id").asText();
  }

  /** Mends one thing. */
  public void end(String id) {
    call("DELETE", "/v1/faults/" + escaped(id), null);
  }

  /** Mends everything. */
  public void endAll() {
    call("DELETE", "/v1/faults", null);
  }

  /** Keeps a report; returns its id. */
  public String keep(JsonNode verdict, String html) {
    ObjectNode body = JSON.createObjectNode().put("html", html);
    body.set("verdict", verdict);
    return call("POST", "/v1/gamedays", body).path("id").asText();
  }

  /** {@code host:port}. */
  public String address() {
    return address;
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonNode call(String method, String path, @Nullable JsonNode body) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + address + path).toURL().openConnection(Proxy.NO_PROXY);
      connection.setRequestMethod(method);
      connection.setConnectTimeout(CONNECT_MS);
      connection.setReadTimeout(READ_MS);
      connection.setRequestProperty("Authorization", "Bearer " + token);
      if (body != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream out = connection.getOutputStream()) {
          JSON.writeValue(out, body);
        }
      }
      return answer(connection, method + " " + path);
    } catch (IOException e) {
      throw new Problem(
          "control API at " + address,
          "does not answer (" + e.getMessage() + ")",
          "see whether the stack still runs with mamparo status",
          e);
    }
  }

  private static JsonNode answer(HttpURLConnection connection, String what) throws IOException {
    int status = connection.getResponseCode();
    if (status < 400) {
      try (InputStream in = connection.getInputStream()) {
        return JSON.readTree(in);
      }
    }
    String error = "answered " + status;
    String remedy = "see mamparo logs mamparo";
    try (InputStream in = connection.getErrorStream()) {
      JsonNode json = in == null ? JSON.nullNode() : JSON.readTree(in);
      error = json.path("error").asText(error);
      remedy = json.path("remedy").asText(remedy);
    } catch (IOException e) {
      // The words above do.
    }
    throw new Problem(what, error, remedy);
  }
}
