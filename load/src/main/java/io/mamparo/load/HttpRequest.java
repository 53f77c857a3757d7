package io.mamparo.load;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One kind of request.
 *
 * @param name for the report; the method and path if nothing better is given
 * @param weight how often it is sent in relation to the others, at least 1
 * @param path with its query; begins with a slash
 * @param accept statuses of 400 and above that are a success all the same
 */
public record HttpRequest(
    String name,
    int weight,
    String method,
    Template path,
    Map<String, String> headers,
    @Nullable Template body,
    Set<Integer> accept) {
  public HttpRequest {
    headers = Map.copyOf(headers);
    accept = Set.copyOf(accept);
    if (weight < 1 || weight > 1_000_000) {
      throw new IllegalArgumentException("weight must be 1 to 1000000: " + weight);
    }
    if (!method.matches("[A-Z]{3,10}")) {
      throw new IllegalArgumentException("not a method: " + method);
    }
    if (!path.toString().startsWith("/")
        || unsafe(path.toString())
        || path.toString().contains(" ")) {
      throw new IllegalArgumentException("a path begins with / and has no spaces: " + path);
    }
    headers.forEach(
        (key, value) -> {
          String lower = key.toLowerCase(Locale.ROOT);
          if (!key.matches("[!#-'*+.^-z|~A-Z0-9-]+") || unsafe(value)) {
            throw new IllegalArgumentException("not a header: " + key);
          }
          if (lower.equals("content-length") || lower.equals("transfer-encoding")) {
            throw new IllegalArgumentException(key + " is set from the body");
          }
        });
  }

  /** A GET without anything special. */
  public static HttpRequest get(String path) {
    return of("GET", path, null);
  }

  /** A request named by its method and path; a body is JSON. */
  public static HttpRequest of(String method, String path, @Nullable String body) {
    return new HttpRequest(
        method + " " + path,
        1,
        method,
        new Template(path),
        body == null ? Map.of() : Map.of("Content-Type", "application/json"),
        body == null ? null : new Template(body),
        Set.of());
  }

  /** The same with another weight. */
  public HttpRequest withWeight(int to) {
    return new HttpRequest(name, to, method, path, headers, body, accept);
  }

  /** The same with statuses that count as a success although they are 400 or above. */
  public HttpRequest accepting(Integer... statuses) {
    return new HttpRequest(name, weight, method, path, headers, body, Set.of(statuses));
  }

  /** Whether a status is a success: below 400, or one of those accepted. */
  public boolean succeeded(int status) {
    return status < 400 || accept.contains(status);
  }

  private static boolean unsafe(String text) {
    return text.chars().anyMatch(c -> c < ' ' || c == 127);
  }
}
