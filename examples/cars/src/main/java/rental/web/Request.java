package rental.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request: what its path matched, its query, its body, its trace. */
public final class Request {
  private static final int MAX_BODY = 64 << 10;

  private final HttpExchange exchange;
  private final String pathVariable;

  Request(HttpExchange exchange, String pathVariable) {
    this.exchange = exchange;
    this.pathVariable = pathVariable;
  }

  /** What stands in the place of the braces of the route's path. */
  public String pathVariable() {
    return pathVariable;
  }

  /** The trace it belongs to. */
  public Trace trace() {
    return Trace.of(exchange.getRequestHeaders());
  }

  /** A parameter of the query. */
  public @Nullable String query(String name) {
    String query = exchange.getRequestURI().getRawQuery();
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return parameters.get(name);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Failure(400, "the query is not escaped correctly");
    }
  }

  /** The body, which must be a JSON object of at most 64 KiB. */
  public Fields json() throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw new Failure(413, "the body is larger than 64 KiB");
    }
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type != null && (type.startsWith("multipart/") || type.contains("xml"))) {
      throw new Failure(415, "the body must be application/json");
    }
    try (JsonParser parser = JSON.std.createParser(body)) {
      parser.nextToken();
      Object read = JSON.std.anyFrom(parser);
      if (!(read instanceof Map<?, ?> object) || parser.nextToken() != null) {
        throw new Failure(400, "the body must be one JSON object");
      }
      return new Fields(object);
    } catch (IOException e) {
      throw new Failure(400, "the body is not JSON");
    }
  }
}
