package io.mamparo.model.schema;

import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import io.mamparo.model.RouteSpec;
import io.mamparo.model.RouteSpec.Target;
import io.mamparo.model.RouteSpec.Wanted;
import io.mamparo.model.VisitorSpec;
import io.mamparo.model.VisitorSpec.Visit;
import io.mamparo.model.yaml.Node;
import io.mamparo.model.yaml.Node.Mapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
          new Scalar<>("path", RouteSchema::path),
          "Exact; a prefix when it ends with `*`; a template when a segment is `{name}`, which"
              + " stands for any one segment; an RE2 expression for all of the path after `~ `. The"
              + " query does not count.");
  private static final Key<List<String>> METHODS =
      Key.of(
          "methods",
          Types.list(MatchSchema.METHOD, "[GET, HEAD]"),
          List.of(),
          "any",
          "HTTP methods.");
  private static final Key<Map<String, Wanted>> HEADERS =
      Key.of(
          "headers",
          MatchSchema.wanted("headers", MatchSchema.HEADER_NAME, MatchSchema.HEADER_EXAMPLE),
          Map.of(),
          "any",
          "All of which must hold.");
  private static final Key<Map<String, Wanted>> QUERY =
      Key.of(
          "query",
          MatchSchema.wanted("parameters", "[^&=#\\s]+", "a parameter's name such as beta"),
          Map.of(),
          "any",
          "Parameters of the query, all of which must hold; compared as they are sent.");
  private static final Key<List<Target>> TO =
      Key.of(
          "to",
          new TargetsType(),
          List.of(),
          "required without `redirect`",
          "A service, or several with weights.");

  static final Section<RouteSpec> SECTION =
      Section.of(
          "routes",
          "One route. Its conditions must all hold.",
          Stream.concat(
                  Stream.of(PATH, HOST, METHODS, HEADERS, QUERY, TO), ActionSchema.KEYS.stream())
              .toList(),
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

  private static String path(String text) {
    if (text.startsWith(RouteSpec.REGEX)) {
      MatchSchema.regex(text.substring(RouteSpec.REGEX.length()));
    } else if (!text.matches("/[^\\s*?#]*\\*?")) {
      throw new IllegalArgumentException(
          "expected a path that starts with '/' and may end with '*'");
    }
    return text;
  }

  private static RouteSpec route(Fields f) {
    String host = f.find(HOST);
    Map<String, Wanted> headers = new HashMap<>();
    f.get(HEADERS).forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
    return new RouteSpec(
        host == null ? null : host.toLowerCase(Locale.ROOT),
        f.get(PATH),
        Set.copyOf(f.get(METHODS)),
        headers,
        f.get(QUERY),
        f.get(TO),
        ActionSchema.actions(f));
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
            List.of("path", "host", "methods", "headers", "query").stream()
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

  /** Copies go out by HTTP/1.1. */
  static void mirrors(Mapping section, String name, String where, Reading reading) {
    if (!(section.find("routes").orElse(null) instanceof Node.Sequence routes)
        || !(section.find("services").orElse(null) instanceof Mapping services)) {
      return;
    }
    for (Node node : routes.items()) {
      Node mirror = node instanceof Mapping route ? route.find("mirror").orElse(null) : null;
      Node to = mirror instanceof Mapping keys ? keys.find("to").orElse(null) : mirror;
      if (to instanceof Node.Text text
          && services.find(text.text()).orElse(null) instanceof Mapping service
          && service.find("protocol").orElse(null) instanceof Node.Text protocol
          && protocol.text().equals("h2")) {
        reading.reportText(
            text,
            "mirror of routes: copies are sent by HTTP/1.1, and service "
                + text.text()
                + " speaks h2");
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
