package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.RouteMatch;
import io.mamparo.mesh.RouteRules;
import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.RequestHead;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One route, ready to be matched and followed. Immutable. */
public final class Route {
  private final MeshConfig.Route config;
  private final byte @Nullable [] host;
  private final boolean below;
  private final PathPattern path;
  private final byte[][] methods;
  private final Wanted[] headers;
  private final Wanted[] query;
  private final int[] targets;
  private final int[] weights;
  private final int total;
  private final int mirror;
  private final @Nullable Rewriting rewriting;
  private final @Nullable Rewriting redirect;
  private final byte @Nullable [] newHost;

  /** Changes of the request's fields; null for none. */
  public final @Nullable HeaderChanges requestChanges;

  /** Changes of the answer's fields; null for none. */
  public final @Nullable HeaderChanges responseChanges;

  /** What keeps a user on one target; null when nothing does. */
  public final @Nullable Affinity affinity;

  Route(MeshConfig.Route config, Map<String, Integer> services) {
    this.config = config;
    RouteMatch match = config.match();
    String name = match.host();
    below = name != null && name.startsWith("*.");
    host = name == null ? null : (below ? name.substring(1) : name).getBytes(ISO_8859_1);
    path = match.regex() ? PathPattern.regex(match.path()) : PathPattern.of(match.path());
    methods = match.methods().stream().map(m -> m.getBytes(ISO_8859_1)).toArray(byte[][]::new);
    headers = match.headers().stream().map(Wanted::new).toArray(Wanted[]::new);
    query = match.query().stream().map(Wanted::new).toArray(Wanted[]::new);
    targets = config.to().stream().mapToInt(t -> services.getOrDefault(t.service(), 0)).toArray();
    weights = config.to().stream().mapToInt(MeshConfig.Target::weight).toArray();
    total = Math.toIntExact(Arrays.stream(weights).asLongStream().sum());
    RouteRules rules = config.rules();
    String pattern = match.regex() ? "" : match.path();
    RouteRules.Rewrite to = rules.rewrite();
    rewriting = to == null || to.path() == null ? null : new Rewriting(to.path(), pattern);
    newHost = to == null || to.host() == null ? null : to.host().getBytes(ISO_8859_1);
    RouteRules.Redirect away = rules.redirect();
    redirect = away == null ? null : new Rewriting(away.to(), pattern);
    requestChanges = HeaderChanges.of(rules.requestEdits());
    responseChanges = HeaderChanges.of(rules.responseEdits());
    affinity = Affinity.of(rules.sticky());
    RouteRules.Mirror copy = rules.mirror();
    mirror = copy == null ? -1 : services.getOrDefault(copy.service(), -1);
  }

  /** Its id. */
  public String id() {
    return config.id();
  }

  /** What else it does. */
  public RouteRules rules() {
    return config.rules();
  }

  /** Its path if that is a template. */
  public @Nullable String template() {
    return path instanceof PathPattern.Template ? config.match().path() : null;
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

  /** The index of the service that gets copies; -1 for none. */
  public int mirror() {
    return mirror;
  }

  /** In place of Host; null leaves it. */
  public byte @Nullable [] newHost() {
    return newHost;
  }

  /** Makes the request what the service is to see. */
  public void rewrite(RequestHead head, HeadWriter scratch) {
    if (requestChanges != null) {
      requestChanges.apply(head.fields());
    }
    if (rewriting != null) {
      rewriting.write(head, scratch.reset());
      head.retarget(scratch.array(), scratch.length());
    }
  }

  /** Where it redirects to; null when it does not. */
  public @Nullable String location(RequestHead head) {
    if (redirect == null) {
      return null;
    }
    HeadWriter out = new HeadWriter();
    redirect.write(head, out);
    // Two slashes at the beginning would lead to another host.
    return new String(out.toBytes(), ISO_8859_1).replaceFirst("^//+", "/");
  }

  boolean matches(RequestHead head) {
    return path.matches(head.bytes(), head.pathStart(), head.pathEnd())
        && (host == null || hostMatches(host, head))
        && methodMatches(head)
        && rest(head);
  }

  private boolean methodMatches(RequestHead head) {
    for (byte[] method : methods) {
      if (Arrays.equals(
          head.bytes(), head.methodStart(), head.methodEnd(), method, 0, method.length)) {
        return true;
      }
    }
    return methods.length == 0;
  }

  private boolean rest(RequestHead head) {
    for (Wanted wanted : headers) {
      if (!wanted.holds(head.fields())) {
        return false;
      }
    }
    int from = Math.min(head.pathEnd() + 1, head.targetEnd());
    for (Wanted wanted : query) {
      if (!wanted.holdsInQuery(head.bytes(), from, head.targetEnd())) {
        return false;
      }
    }
    return true;
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
}
