package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.EdgeKey;
import io.mamparo.telemetry.EdgeKind;
import io.mamparo.telemetry.NodeKind;
import io.mamparo.telemetry.SeriesData;
import io.mamparo.telemetry.ServiceMap;
import io.mamparo.telemetry.storage.MinutePoints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Answers questions about what happened, from the series in memory and the minutes in the store.
 * Safe for use by several threads. {@code now} is the first second that is not over yet.
 */
public final class Past {
  private static final int SECONDS_IN_MEMORY = 120;
  private static final int MAX_POINTS = 720;

  private final Edges edges;
  private final MinutePoints points;

  /** Of these edges. */
  public Past(Edges edges, MinutePoints points) {
    this.edges = edges;
    this.points = points;
  }

  /**
   * The service map over a window; one of more than two minutes is counted by whole minutes and the
   * running one.
   */
  public ServiceMap map(long now, Duration window) {
    long seconds = Math.max(1, window.toSeconds());
    List<ServiceMap.Edge> mapEdges = new ArrayList<>();
    for (EdgeState edge : edges.all()) {
      Window sum = new Window();
      addTo(sum, edge.series(), now, seconds);
      mapEdges.add(mapEdge(edge, sum, seconds));
    }
    List<ServiceMap.Node> mapNodes = new ArrayList<>();
    for (Edges.NodeState node : edges.nodes()) {
      Window sum = new Window();
      addNode(sum, node, now, seconds);
      mapNodes.add(
          new ServiceMap.Node(
              node.name(),
              kind(node),
              (double) sum.count() / seconds,
              errorRate(sum),
              Graph.orNull(sum.quantileMillis(0.5)),
              Graph.orNull(sum.quantileMillis(0.99))));
    }
    return new ServiceMap(seconds, mapNodes, mapEdges);
  }

  private static ServiceMap.Edge mapEdge(EdgeState edge, Window sum, long seconds) {
    EdgeKey key = edge.key();
    return new ServiceMap.Edge(
        key.from(),
        key.to(),
        key.kind(),
        (double) sum.count() / seconds,
        errorRate(sum),
        Graph.orNull(sum.quantileMillis(0.5)),
        Graph.orNull(sum.quantileMillis(0.99)),
        edge.probe().inFlight(),
        edge.probe().breaker(),
        (double) sum.retries() / seconds);
  }

  private void addNode(Window sum, Edges.NodeState node, long now, long seconds) {
    addTo(sum, node.series(), now, seconds);
    if (sum.count() == 0 && edges.into(node.name()).isEmpty()) {
      for (EdgeState edge : edges.outOf(node.name())) {
        addTo(sum, edge.series(), now, seconds);
      }
    }
  }

  private NodeKind kind(Edges.NodeState node) {
    NodeKind said = node.kind();
    if (said != null) {
      return said;
    }
    boolean database =
        edges.into(node.name()).stream().anyMatch(e -> e.key().kind() == EdgeKind.SQL);
    return database ? NodeKind.DATABASE : NodeKind.EXTERNAL;
  }

  private static double errorRate(Window sum) {
    return sum.count() == 0 ? 0 : (double) sum.errors() / sum.count();
  }

  private void addTo(Window sum, Series series, long now, long seconds) {
    if (seconds <= SECONDS_IN_MEMORY) {
      series.addTo(sum, now - seconds, now);
      return;
    }
    int minute = (int) (now / 60);
    int first = (int) ((now - seconds + 59) / 60);
    points.forEach(series.name(), first, minute, (m, point) -> sum.add(point));
    series.addTo(sum, minute * 60L, now);
  }

  /** The graph of everything that reaches a node. */
  public Optional<SeriesData> node(String name, long now, Duration window) {
    Edges.NodeState node = edges.node(name);
    return node == null ? Optional.empty() : Optional.of(graph(node.series(), now, window));
  }

  /** The graph of an edge. */
  public Optional<SeriesData> edge(EdgeKey key, long now, Duration window) {
    return edges.all().stream()
        .filter(edge -> edge.key().equals(key))
        .map(edge -> graph(edge.series(), now, window))
        .findFirst();
  }

  /**
   * A point a second up to five minutes, every ten seconds up to fifteen, then every minute or, so
   * that there are at most 720, every few minutes.
   */
  private SeriesData graph(Series series, long now, Duration window) {
    long seconds = Math.max(1, window.toSeconds());
    if (seconds <= 300) {
      Graph graph = new Graph(1);
      series.seconds(graph, now - seconds, now);
      return graph.data();
    }
    if (seconds <= Series.SECONDS) {
      Graph graph = new Graph(10);
      long end = now / 10 * 10;
      series.tens(graph, end - seconds / 10 * 10, end);
      return graph.data();
    }
    return minutes(series, now, (int) (seconds / 60));
  }

  private SeriesData minutes(Series series, long now, int minutes) {
    int step = (minutes + MAX_POINTS - 1) / MAX_POINTS;
    int end = (int) (now / 60) / step * step;
    int start = end - minutes / step * step;
    Window[] sums = new Window[(end - start) / step];
    points.forEach(
        series.name(),
        start,
        end,
        (minute, point) -> {
          int at = (minute - start) / step;
          if (sums[at] == null) {
            sums[at] = new Window();
          }
          sums[at].add(point);
        });
    Graph graph = new Graph(step * 60);
    Window empty = new Window();
    for (int i = 0; i < sums.length; i++) {
      graph.add((start + i * step) * 60L, step * 60, sums[i] == null ? empty : sums[i]);
    }
    return graph.data();
  }
}
