package io.mamparo.mesh;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a route is for; all conditions must hold.
 *
 * @param host without a port, lower case; null means any; {@code *.example.org} means any below
 * @param path exact; a prefix when it ends with {@code *}; a template when a segment is {@code
 *     {name}}, which stands for any one segment; or a regular expression for all of the path
 * @param regex whether {@code path} is a regular expression. It is run in time linear in the path's
 *     length (RE2), whatever it says
 * @param methods upper case; empty means any
 * @param headers tests of header fields; names in lower case
 * @param query tests of the query's parameters
 */
public record RouteMatch(
    @Nullable String host,
    String path,
    boolean regex,
    Set<String> methods,
    List<Wanted> headers,
    List<Wanted> query) {
  /** How a value is compared. */
  public enum Test {
    /** It is this. */
    EXACT,
    /** It begins with this. */
    PREFIX,
    /** All of it matches this regular expression. */
    REGEX,
    /** It is there, whatever it says. */
    PRESENT,
    /** It is not there. */
    ABSENT
  }

  /** What a header or parameter must be. */
  public record Wanted(String name, Test test, String value) {
    /** Exactly this value. */
    public static Wanted exactly(String name, String value) {
      return new Wanted(name, Test.EXACT, value);
    }
  }

  public RouteMatch {
    methods = Set.copyOf(methods);
    headers = List.copyOf(headers);
    query = List.copyOf(query);
    if (!regex && !path.startsWith("/")) {
      throw new IllegalArgumentException("path " + path + " must start with /");
    }
  }

  /** By path, host and exact headers. */
  public static RouteMatch of(@Nullable String host, String path, Map<String, String> headers) {
    List<Wanted> wanted =
        headers.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(h -> Wanted.exactly(h.getKey(), h.getValue()))
            .toList();
    return new RouteMatch(host, path, false, Set.of(), wanted, List.of());
  }
}
