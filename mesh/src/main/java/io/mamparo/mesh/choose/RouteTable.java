package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Fields;
import io.mamparo.wire.http.RequestHead;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ingress' routes; the first that matches wins. Immutable. */
public final class RouteTable {
  /** One route, ready to be matched. */
  public static final class Route {
    private final MeshConfig.Route config;
    private final byte @Nullable [] host;
    private final boolean below;
    private final PathPattern path;
    private final byte[][] names;
    private final byte[][] values;
    private final int[] targets;
    private final int[] weights;
    private final int total;

    private Route(MeshConfig.Route config, Map<String, Integer> services) {
      this.config = config;
      String name = config.host();
      below = name != null && name.startsWith("*.");
      host = name == null ? null : (below ? name.substring(1) : name).getBytes(US_ASCII);
      path = PathPattern.of(config.path());
      List<Map.Entry<String, String>> headers = List.copyOf(config.headers().entrySet());
      names = headers.stream().map(h -> h.getKey().getBytes(US_ASCII)).toArray(byte[][]::new);
      values = headers.stream().map(h -> h.getValue().getBytes(US_ASCII)).toArray(byte[][]::new);
      targets = config.to().stream().mapToInt(t -> services.getOrDefault(t.service(), 0)).toArray();
      weights = config.to().stream().mapToInt(MeshConfig.Target::weight).toArray();
      total = Math.toIntExact(Arrays.stream(weights).asLongStream().sum());
    }

    /** Its id. */
    public String id() {
      return config.id();
    }

    /** Its path if that is a template. */
    public @Nullable String template() {
      return path instanceof PathPattern.Template ? config.path() : null;
    }

    /** How much all weights make together. */
    public int total() {
      return total;
    }

    /** The index of the service to which {@code ticket}, below the total, leads. */
    public int target(int ticket) {
      int i = 0;
      int rest = ticket - weights[0];
      while (rest >= 0) {
        i++;
        rest -= weights[i];
      }
      return targets[i];
    }

    private boolean matches(RequestHead head) {
      return path.matches(head.bytes(), head.pathStart(), head.pathEnd())
          && (host == null || hostMatches(host, head))
          && headersMatch(head.fields());
    }

    private boolean hostMatches(byte[] wanted, RequestHead head) {
      byte[] b = head.bytes();
      int from = head.hostStart();
      int to = head.hostEnd();
      int port = to;
      while (port > from && b[port - 1] >= '0' && b[port - 1] <= '9') {
        port--;
      }
      if (port > from && b[port - 1] == ':') {
        to = port - 1;
      }
      if (below) {
        return to - from > wanted.length && Ascii.same(b, to - wanted.length, to, wanted);
      }
      return Ascii.same(b, from, to, wanted);
    }

    private boolean headersMatch(Fields fields) {
      for (int i = 0; i < names.length; i++) {
        if (!hasHeader(fields, names[i], values[i])) {
          return false;
        }
      }
      return true;
    }

    private static boolean hasHeader(Fields fields, byte[] name, byte[] value) {
      for (int i = 0; i < fields.count(); i++) {
        if (fields.named(i, name)) {
          int from = fields.valueStart(i);
          return Arrays.equals(fields.bytes(), from, fields.valueEnd(i), value, 0, value.length);
        }
      }
      return false;
    }
  }

  private final Route[] routes;

  /**
   * A table.
   *
   * @param services the index of each service that routes may lead to
   */
  public RouteTable(List<MeshConfig.Route> routes, Map<String, Integer> services) {
    this.routes = routes.stream().map(r -> new Route(r, services)).toArray(Route[]::new);
  }

  /** The route for a request, or null. */
  public @Nullable Route match(RequestHead head) {
    for (Route route : routes) {
      if (route.matches(head)) {
        return route;
      }
    }
    return null;
  }
}
