package io.mamparo.console;

import java.util.ArrayList;
import java.util.List;

/** The stacks that the fixture can show. Immutable. */
record FixtureStack(String name, List<Node> nodes, List<Edge> edges, boolean incident) {

  record Node(String name, String kind, double rps, double p99, double errors, int desired) {}

  record Edge(String from, String to, String kind, double rps, double p99, double errors) {}

  /** What the program shows when nobody wrote a stack file. */
  static FixtureStack builtIn() {
    return new FixtureStack(
        "cars",
        List.of(
            new Node("visitor", "visitor", 4, 11, 0, 0),
            new Node("ingress", "entry", 4, 11, 0, 0),
            new Node("bookings", "service", 1.6, 12, 0, 2),
            new Node("cars", "service", 3.1, 6, 0, 2),
            new Node("cars", "database", 7.8, 1.4, 0, 1)),
        List.of(
            new Edge("visitor", "ingress", "http", 4, 11, 0),
            new Edge("ingress", "bookings", "http", 1.6, 12, 0),
            new Edge("ingress", "cars", "http", 2.4, 6, 0),
            new Edge("bookings", "cars", "http", 0.7, 5, 0),
            new Edge("bookings", "cars", "sql", 3.2, 1.4, 0),
            new Edge("cars", "cars", "sql", 4.6, 1.2, 0)),
        false);
  }

  /** A company with a dozen things in it; in an incident one of them fails. */
  static FixtureStack company(boolean incident) {
    double bad = incident ? 0.31 : 0.0004;
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node("visitor", "visitor", 4, 60, 0, 0));
    nodes.add(new Node("ingress", "entry", 412, 212, incident ? 0.043 : 0.0006, 0));
    nodes.add(new Node("web", "service", 160, 96, 0, 3));
    nodes.add(new Node("search", "service", 121, 240, 0.0003, 4));
    nodes.add(new Node("bookings", "service", 74, 186, incident ? 0.11 : 0.0008, 4));
    nodes.add(new Node("cars", "service", 233, 38, 0, 3));
    nodes.add(new Node("payments", "service", 41, incident ? 2_000 : 148, bad, 2));
    nodes.add(new Node("notifications", "service", 12.4, 71, 0, 1));
    nodes.add(new Node("bank", "external", 40, 131, 0.0001, 0));
    nodes.add(new Node("cars", "database", 640, 4.1, 0, 1));
    nodes.add(new Node("bookings", "database", 288, 9.7, 0.00002, 1));
    nodes.add(new Node("ledger", "database", 83, 14.2, 0, 1));
    List<Edge> edges = new ArrayList<>();
    edges.add(new Edge("visitor", "ingress", "http", 4, 60, 0));
    edges.add(new Edge("ingress", "web", "http", 160, 96, 0));
    edges.add(new Edge("ingress", "search", "http", 121, 240, 0.0003));
    edges.add(new Edge("ingress", "bookings", "http", 74, 186, incident ? 0.11 : 0.0008));
    edges.add(new Edge("web", "cars", "http", 151, 34, 0));
    edges.add(new Edge("search", "cars", "http", 56, 40, 0));
    edges.add(new Edge("search", "cars", "sql", 240, 4.4, 0));
    edges.add(new Edge("bookings", "cars", "http", 26, 38, 0));
    edges.add(new Edge("bookings", "payments", "http", 41, incident ? 2_000 : 148, bad));
    edges.add(new Edge("bookings", "notifications", "http", 12.4, 71, 0));
    edges.add(new Edge("bookings", "bookings", "sql", 288, 9.7, 0.00002));
    edges.add(new Edge("payments", "bank", "http", 40, 131, 0.0001));
    edges.add(new Edge("payments", "ledger", "sql", 83, 14.2, 0));
    edges.add(new Edge("cars", "cars", "sql", 400, 3.6, 0));
    return new FixtureStack("rental-production", nodes, edges, incident);
  }

  /** Names as somebody who means harm would choose them. */
  static FixtureStack hostile() {
    String name = "<img src=x onerror=alert(1)>";
    return new FixtureStack(
        "</title><script>alert(2)</script>",
        List.of(
            new Node("ingress", "entry", 9, 20, 0, 0),
            new Node(name, "service", 9, 20, 0.2, 2),
            new Node("\"><svg onload=alert(3)>", "database", 30, 3, 0, 1)),
        List.of(
            new Edge("ingress", name, "http", 9, 20, 0.2),
            new Edge(name, "\"><svg onload=alert(3)>", "sql", 30, 3, 0)),
        true);
  }

  /** Defined, ready, and without a single request. */
  static FixtureStack quiet() {
    FixtureStack built = builtIn();
    return new FixtureStack(
        "cars",
        built.nodes().stream()
            .filter(n -> !n.kind().equals("visitor"))
            .map(n -> new Node(n.name(), n.kind(), 0, 0, 0, n.desired()))
            .toList(),
        List.of(),
        false);
  }

  /** Sixty services in six layers. */
  static FixtureStack many() {
    List<Node> nodes = new ArrayList<>(List.of(new Node("ingress", "entry", 900, 300, 0, 0)));
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      nodes.add(new Node("service-" + i, "service", 15 + i, 20 + i, 0, 2));
      String from = i < 10 ? "ingress" : "service-" + (i - 10);
      edges.add(new Edge(from, "service-" + i, "http", 15 + i, 20 + i, 0));
      if (i >= 10 && i % 3 == 0) {
        edges.add(new Edge("service-" + (i - 9), "service-" + i, "http", 3, 12, 0));
      }
    }
    return new FixtureStack("many", nodes, edges, false);
  }
}
