package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.EdgeKey;
import io.mamparo.telemetry.EdgeKind;
import io.mamparo.telemetry.NodeKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All edges and nodes. Safe for use by several threads. Both are bounded: an edge too many is
 * counted as {@link EdgeKey#OTHER}.
 */
public final class Edges {
  private static final Comparator<EdgeKey> ORDER =
      Comparator.comparing(EdgeKey::to).thenComparing(EdgeKey::from).thenComparing(EdgeKey::kind);

  private final int loops;
  private final int max;
  private final Map<EdgeKey, EdgeState> edges = new ConcurrentSkipListMap<>(ORDER);
  private final Map<String, NodeState> nodes = new ConcurrentSkipListMap<>();
  private final Map<String, Long> thresholds = new ConcurrentHashMap<>();
  private final AtomicLong refused = new AtomicLong();

  /** A node: what reaches it, over all edges. */
  public static final class NodeState {
    private final String name;
    private final Series series;
    private volatile @Nullable NodeKind kind;

    NodeState(String name) {
      this.name = name;
      series = new Series(SeriesName.node(name));
    }

    /** Its name. */
    public String name() {
      return name;
    }

    /** Its past. */
    public Series series() {
      return series;
    }

    /** What it is; null while nobody has said so. */
    public @Nullable NodeKind kind() {
      return kind;
    }
  }

  /** No edges, for this many loops. */
  public Edges(int loops, int max) {
    this.loops = loops;
    this.max = max;
  }

  /** The edge of that key, created when there is none. */
  public synchronized EdgeState edge(EdgeKey key) {
    EdgeState known = edges.get(key);
    if (known != null) {
      return known;
    }
    if (edges.size() >= max && !key.equals(EdgeKey.OTHER)) {
      refused.incrementAndGet();
      return edge(EdgeKey.OTHER);
    }
    EdgeState state = new EdgeState(key, loops);
    state.latencyThreshold(thresholdFor(key));
    edges.put(key, state);
    nodes.computeIfAbsent(key.from(), NodeState::new);
    nodes.computeIfAbsent(key.to(), NodeState::new);
    return state;
  }

  /** Names what a node is, and shows it even without edges. */
  public synchronized void node(String name, NodeKind kind) {
    if (nodes.size() < 2 * max || nodes.containsKey(name)) {
      nodes.computeIfAbsent(name, NodeState::new).kind = kind;
    }
  }

  /** Forgets a node and its edges, whose recorders then count for nothing. */
  public synchronized void remove(String name) {
    nodes.remove(name);
    edges.keySet().removeIf(key -> key.from().equals(name) || key.to().equals(name));
  }

  /** Forgets one edge. */
  public synchronized void remove(EdgeKey key) {
    edges.remove(key);
  }

  /** Sets the latency objectives of all services, in nanoseconds. */
  public synchronized void latencyThresholds(Map<String, Long> byService) {
    thresholds.clear();
    thresholds.putAll(byService);
    edges.values().forEach(edge -> edge.latencyThreshold(thresholdFor(edge.key())));
  }

  private long thresholdFor(EdgeKey key) {
    return key.kind() == EdgeKind.HTTP ? thresholds.getOrDefault(key.to(), 0L) : 0;
  }

  /** All edges, those to one node beside each other. */
  public Collection<EdgeState> all() {
    return edges.values();
  }

  /** All nodes, by name. */
  public Collection<NodeState> nodes() {
    return nodes.values();
  }

  /** The node of that name. */
  public @Nullable NodeState node(String name) {
    return nodes.get(name);
  }

  /** The edges to a node. */
  public List<EdgeState> into(String name) {
    List<EdgeState> found = new ArrayList<>();
    for (EdgeState edge : edges.values()) {
      if (edge.key().to().equals(name)) {
        found.add(edge);
      }
    }
    return found;
  }

  /** The edges from a node. */
  public List<EdgeState> outOf(String name) {
    List<EdgeState> found = new ArrayList<>();
    for (EdgeState edge : edges.values()) {
      if (edge.key().from().equals(name)) {
        found.add(edge);
      }
    }
    return found;
  }

  /** How often an edge was one too many. */
  public long refused() {
    return refused.get();
  }
}
