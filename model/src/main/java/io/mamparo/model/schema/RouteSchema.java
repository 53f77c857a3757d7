package io.mamparo.model.schema;

import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import io.mamparo.model.RouteSpec;
import io.mamparo.model.RouteSpec.Target;
import io.mamparo.model.VisitorSpec;
import io.mamparo.model.VisitorSpec.Visit;
import io.mamparo.model.yaml.Node;
import io.mamparo.model.yaml.Node.Mapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code routes} and {@code visitors}. */
final class RouteSchema {
  private static final Key<String> HOST =
      Key.optional(
          "host",
          Scalar.matching(
              "host",
              "(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?",
              "a host name without a port, such as cars.example.org or *.example.org"),
          "any",
          "Of the request, without its port; `*.example.org` is any name below it.");
  private static final Key<String> PATH =
      Key.required(
          "path",
          Scalar.matching(
              "path", "/[^\\s*?#]*\\*?", "a path that starts with '/' and may end with '*'"),
          "Exact, or a prefix when it ends with `*`. The query does not count.");
  private static final Key<Map<String, String>> HEADERS =
      Key.of(
          "headers",
          Types.map(
              "headers",
              "[A-Za-z0-9!#$%&'*+.^_`|~-]+",
              "a header's name such as X-Beta",
              Scalar.TEXT),
          Map.of(),
          "any",
          "All of which must be there with exactly this value.");
  private static final Key<List<Target>> TO =
      Key.required("to", new TargetsType(), "A service, or several with weights.");

  static final Section<RouteSpec> SECTION =
      Section.of(
          "routes",
          "One route. Its conditions must all hold.",
          List.of(PATH, HOST, HEADERS, TO),
          RouteSchema::route);

  private static final Key<Rate> VISITS =
      Key.required("rate", Scalar.RATE, "All requests together; at most 100/s.");
  private static final Key<List<Visit>> REQUESTS =
      Key.required(
          "requests",
          Types.list(visit(), "[GET /cars/]"),
          "Sent in turn, each as `METHOD /path` or with its keys.");

  static final Section<VisitorSpec> VISITORS =
      Section.of(
          "visitors",
          "Requests of the visitor are marked as such on the service map.",
          List.of(VISITS, REQUESTS),
          f -> new VisitorSpec(f.get(VISITS), f.get(REQUESTS)));

  private RouteSchema() {}

  private static RouteSpec route(Fields f) {
    String host = f.find(HOST);
    Map<String, String> headers = new HashMap<>();
    f.get(HEADERS).forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    return new RouteSpec(
        host == null ? null : host.toLowerCase(Locale.ROOT), f.get(PATH), headers, f.get(TO));
  }

  private static Section<Visit> visit() {
    Key<String> method =
        Key.of(
            "method",
            Scalar.matching("HTTP method", "[A-Z]{3,7}", "an HTTP method such as GET"),
            "GET",
            "HTTP method.");
    Key<String> path =
        Key.required(
            "path",
            Scalar.matching("path", "/\\S*", "a path that starts with '/'"),
            "With its query. `{n}` in it and in the body is the number of the round, 0 to 99 and"
                + " again.");
    Key<String> body = Key.optional("body", Scalar.TEXT, "none", "JSON.");
    return Section.of(
            "visitors.requests",
            "One request.",
            List.of(method, path, body),
            f -> new Visit(f.get(method), f.get(path), f.find(body)))
        .orShort(
            Scalar.matching("`METHOD /path`", "[A-Z]{3,7} /\\S*", "a request such as GET /cars/"),
            text -> {
              int space = text.indexOf(' ');
              return new Visit(text.substring(0, space), text.substring(space + 1), null);
            });
  }

  /** A route that an earlier one with the same conditions hides is a mistake. */
  static void unreachable(Mapping section, String name, String where, Reading reading) {
    if (!(section.find("routes").orElse(null) instanceof Node.Sequence routes)) {
      return;
    }
    Map<String, Integer> lines = new HashMap<>();
    for (Node node : routes.items()) {
      if (node instanceof Mapping route) {
        String conditions =
            List.of("path", "host", "headers").stream()
                .map(key -> route.find(key).map(RouteSchema::signature).orElse("-"))
                .collect(Collectors.joining(" "));
        Integer first = lines.putIfAbsent(conditions, node.line());
        if (first != null) {
          reading.report(
              node, "this route is never reached: the one on line " + first + " comes first");
        }
      }
    }
  }

  /** The same for nodes that mean the same. */
  private static String signature(Node node) {
    return switch (node) {
      case Node.Text text -> "\"" + text.text().toLowerCase(Locale.ROOT) + "\"";
      case Node.Sequence list ->
          list.items().stream().map(RouteSchema::signature).toList().toString();
      case Mapping mapping ->
          mapping.entries().stream()
              .map(e -> signature(e.key()) + ":" + signature(e.value()))
              .sorted()
              .toList()
              .toString();
    };
  }

  /** A service's name, or names with weights. */
  private record TargetsType() implements Type<List<Target>> {
    private static final Type<String> NAME = Types.nameOf(Reading.Kind.SERVICE);

    @Override
    public @Nullable List<Target> read(Node node, String where, Reading reading) {
      if (!(node instanceof Mapping mapping)) {
        String name = NAME.read(node, where, reading);
        return name == null ? null : List.of(new Target(name, Percentage.ALL));
      }
      List<Target> targets = new ArrayList<>();
      for (Node.Entry entry : mapping.entries()) {
        String name = NAME.read(entry.key(), where, reading);
        Percentage weight = Scalar.PERCENTAGE.read(entry.value(), name + " in " + where, reading);
        if (name != null && weight != null) {
          targets.add(new Target(name, weight));
        }
      }
      return targets.size() == mapping.entries().size() ? targets : null;
    }

    @Override
    public String describe() {
      return "name of a service, or names with percentages that add up to 100%";
    }
  }
}
