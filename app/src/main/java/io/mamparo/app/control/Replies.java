package io.mamparo.app.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The forms of the control API's answers and bodies. Safe for use by several threads. */
final class Replies {
  /** No body that the API takes is larger: a stack file, a game day's report. */
  static final int LARGEST_BODY = 8 << 20;

  static final ObjectMapper JSON = new ObjectMapper();

  private Replies() {}

  static void json(ServerResponse response, int status, JsonNode body) {
    response.status(Status.create(status));
    response.header(HeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.send(bytes(body));
  }

  static void json(ServerResponse response, JsonNode body) {
    json(response, 200, body);
  }

  /** {@code {"error": …, "remedy": …}}. */
  static void problem(ServerResponse response, int status, String what, String remedy) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("error", what).put("remedy", remedy);
    json(response, status, body);
  }

  static void problem(ServerResponse response, int status, Problem problem) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("error", problem.getMessage())
        .put("subject", problem.subject())
        .put("remedy", problem.remedy());
    json(response, status, body);
  }

  static void notFound(ServerResponse response, String what) {
    problem(response, 404, what, "see /v1/status for what there is");
  }

  static void text(ServerResponse response, String type, String body) {
    response.header(HeaderNames.CONTENT_TYPE, type);
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.send(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static byte[] bytes(JsonNode body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The request's body as a JSON object.
   *
   * @throws Problem when it is larger than {@link #LARGEST_BODY} or no JSON object
   */
  static ObjectNode object(ServerRequest request) {
    byte[] bytes;
    try (InputStream in = request.content().inputStream()) {
      bytes = in.readNBytes(LARGEST_BODY + 1);
    } catch (IOException e) {
      throw new Problem("request body", "it ended early", "send it again", e);
    }
    if (bytes.length > LARGEST_BODY) {
      throw new TooLarge();
    }
    try {
      if (JSON.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      // The parser's words quote the body, which may hold secrets.
    }
    throw new Problem(
        "request body", "it is no JSON object", "send one, as docs/control-api.md says");
  }

  /** A body that is not read to its end. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge() {
      super("the body is larger than " + LARGEST_BODY + " bytes", null, false, false);
    }
  }

  /** A text member of a body that has to be there. */
  static String required(ObjectNode body, String name) {
    JsonNode value = body.get(name);
    if (value == null || !value.isTextual()) {
      throw new Problem(
          "request body", "\"" + name + "\" is missing or no text", "add it and send it again");
    }
    return value.textValue();
  }
}
