package rental.web;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer.
 *
 * @param body what is sent as JSON: maps, lists, texts, numbers
 * @param location for 201
 */
public record Response(int status, Object body, @Nullable String location) {
  /** 200. */
  public static Response ok(Object body) {
    return new Response(200, body, null);
  }

  /** 201, with the path of what was created. */
  public static Response created(Object body, String location) {
    return new Response(201, body, location);
  }

  static Response of(Failure failure) {
    return new Response(failure.status(), object("error", failure.error()), null);
  }

  /** A JSON object that keeps the order of its fields: name, value, name, value … */
  public static Map<String, Object> object(Object... fields) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      object.put((String) fields[i], fields[i + 1]);
    }
    return object;
  }

  byte[] bytes() throws IOException {
    return (JSON.std.asString(body) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
