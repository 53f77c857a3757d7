package io.mamparo.gameday.file;

import io.mamparo.gameday.LoadPlan;
import io.mamparo.load.Arrival;
import io.mamparo.load.HttpLoad;
import io.mamparo.load.HttpRequest;
import io.mamparo.load.SqlLoad;
import io.mamparo.load.SqlStatement;
import io.mamparo.load.Template;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the loads of a game day. One thread. */
final class LoadReader {
  private static final List<String> KEYS =
      List.of("name", "rate", "arrival", "timeout", "in-flight", "http", "sql");
  private static final List<String> REQUEST =
      List.of("name", "weight", "method", "path", "headers", "body", "accept");
  private static final String FORM = "expected a request such as GET /cars/";

  private final Findings findings;

  LoadReader(Findings findings) {
    this.findings = findings;
  }

  /** The keys of a request that may be sent several times. */
  static List<String> withTimes() {
    List<String> keys = new ArrayList<>(REQUEST);
    keys.add("times");
    return keys;
  }

  @Nullable LoadPlan read(Node node) {
    Section load = Section.of(node, "a load", findings, KEYS);
    String name = load.text("name");
    double rate = load.rate("rate");
    if (!(rate > 0 && rate <= 100_000)) {
      load.report("rate", "rate is above 0/s and at most 100000/s");
    }
    Arrival arrival = load.optional("arrival", LoadReader::arrival, Arrival.POISSON);
    String kind = load.oneOf(List.of("http", "sql"));
    if (kind == null) {
      return null;
    }
    boolean http = kind.equals("http");
    LoadPlan.Target target = http ? http(load) : sql(load);
    Duration timeout =
        load.duration("timeout", http ? HttpLoad.DEFAULT_TIMEOUT : SqlLoad.DEFAULT_TIMEOUT);
    int usual = http ? HttpLoad.DEFAULT_IN_FLIGHT : SqlLoad.DEFAULT_CONNECTIONS;
    int inFlight = (int) load.number("in-flight", usual, 1, 10_000);
    return new LoadPlan(name, rate, arrival, timeout, inFlight, target);
  }

  private static Arrival arrival(String text) {
    return switch (text) {
      case "constant" -> Arrival.CONSTANT;
      case "poisson" -> Arrival.POISSON;
      default -> throw new IllegalArgumentException("expected poisson or constant");
    };
  }

  private LoadPlan.Http http(Section load) {
    Section http = load.section("http", List.of("url", "requests"));
    URI url =
        http.has("url") ? http.required("url", LoadReader::uri, URI.create("http://x")) : null;
    List<HttpRequest> requests = new ArrayList<>();
    for (Node node : http.items("requests")) {
      request(node).ifPresent(requests::add);
    }
    if (http.items("requests").isEmpty()) {
      http.report("requests", "an http load needs at least one request");
    }
    return new LoadPlan.Http(url, requests);
  }

  private static URI uri(String text) {
    URI uri = URI.create(text);
    if (!("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
        || uri.getHost() == null) {
      throw new IllegalArgumentException("expected an address such as http://127.0.0.1:8080");
    }
    return uri;
  }

  private Optional<HttpRequest> request(Node node) {
    if (node instanceof ScalarNode scalar) {
      String[] parts = scalar.getValue().split(" ", 2);
      try {
        if (parts.length == 2) {
          return Optional.of(HttpRequest.of(parts[0], parts[1], null));
        }
        findings.at(node, FORM);
      } catch (IllegalArgumentException e) {
        findings.at(node, FORM + ": " + e.getMessage());
      }
      return Optional.empty();
    }
    return request(Section.of(node, "a request", findings, REQUEST), "a request");
  }

  Optional<HttpRequest> request(Section section, String where) {
    String method = section.text("method", "GET").toUpperCase(Locale.ROOT);
    String path = section.text("path");
    String body = section.has("body") ? section.text("body") : null;
    Map<String, String> headers = headers(section);
    if (body != null) {
      headers.putIfAbsent("Content-Type", "application/json");
    }
    Set<Integer> accept = new HashSet<>();
    for (String status : section.texts("accept")) {
      if (status.matches("[1-5]\\d\\d")) {
        accept.add(Integer.parseInt(status));
      } else {
        section.report("accept", "accept of " + where + " takes statuses such as 409");
      }
    }
    int weight = (int) section.number("weight", 1, 1, 1_000_000);
    if (!section.has("path")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new HttpRequest(
              section.text("name", method + " " + path),
              weight,
              method,
              new Template(path),
              headers,
              body == null ? null : new Template(body),
              accept));
    } catch (IllegalArgumentException e) {
      findings.at(section.node(), where + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private Map<String, String> headers(Section section) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (section.has("headers")) {
      if (section.at("headers") instanceof MappingNode mapping) {
        mapping
            .getValue()
            .forEach(
                tuple -> {
                  if (tuple.getKeyNode() instanceof ScalarNode key
                      && tuple.getValueNode() instanceof ScalarNode value) {
                    headers.put(key.getValue(), value.getValue());
                  } else {
                    findings.at(tuple.getKeyNode(), "a header is a name and a text");
                  }
                });
      } else {
        section.report("headers", "headers takes names and texts");
      }
    }
    return headers;
  }

  private LoadPlan.Sql sql(Section load) {
    Section sql = load.section("sql", List.of("database", "statements"));
    List<SqlStatement> statements = new ArrayList<>();
    for (Node node : sql.items("statements")) {
      if (node instanceof ScalarNode scalar) {
        statements.add(SqlStatement.of(scalar.getValue()));
      } else {
        Section section =
            Section.of(node, "a statement", findings, List.of("sql", "name", "weight"));
        String text = section.text("sql");
        int weight = (int) section.number("weight", 1, 1, 1_000_000);
        statements.add(new SqlStatement(section.text("name", text), weight, new Template(text)));
      }
    }
    if (sql.items("statements").isEmpty()) {
      sql.report("statements", "an sql load needs at least one statement");
    }
    return new LoadPlan.Sql(sql.text("database"), statements);
  }
}
