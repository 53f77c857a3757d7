package io.mamparo.telemetry.metrics;

import io.mamparo.store.Batch;
import io.mamparo.telemetry.EdgeKind;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Scale;
import io.mamparo.telemetry.storage.MinutePoints;
import java.util.Arrays;

/**
 * Reads the loops' counters once a second, keeps the second in the series, and writes the minute.
 * Belongs to the roll-up thread.
 *
 * <p>The running minute is written every few seconds, over what was written before, so that a kill
 * loses seconds only. What was there of that minute from before a restart is added.
 */
public final class RollUp {
  /** Hears what reached a service in a second. */
  public interface ServiceLevels {
    /** Growth of the good and of all events of both kinds of objectives. */
    void add(
        String service,
        long availabilityGood,
        long availabilityTotal,
        long latencyGood,
        long latencyTotal);
  }

  private final Edges edges;
  private final MinutePoints points;
  private final ServiceLevels levels;
  private final Distribution scratch = new Distribution(Scale.FINE);
  private final Distribution ofEdge = new Distribution(Scale.FINE);
  private final Distribution ofNode = new Distribution(Scale.FINE);
  private final long[] nodeCounters = new long[EdgeCell.LENGTH];
  private final Window window = new Window();
  private final int firstMinute;

  /** A roll-up that starts at this second. */
  public RollUp(Edges edges, MinutePoints points, ServiceLevels levels, long second) {
    this.edges = edges;
    this.points = points;
    this.levels = levels;
    firstMinute = (int) (second / 60);
  }

  /** Takes everything counted since the last call as having happened in {@code second}. */
  public void read(long second) {
    String node = "";
    boolean any = false;
    for (EdgeState edge : edges.all()) {
      if (!edge.key().to().equals(node)) {
        finishNode(node, any, second);
        node = edge.key().to();
        any = false;
      }
      any |= readEdge(edge, second);
    }
    finishNode(node, any, second);
  }

  private boolean readEdge(EdgeState edge, long second) {
    long[] more = edge.readDifference(scratch, ofEdge);
    long count = count(more);
    long retries = more[EdgeCell.RETRIES];
    if (count == 0 && retries == 0) {
      return false;
    }
    edge.series().add(second, count, errors(more), retries, ofEdge);
    for (int i = 0; i < more.length; i++) {
      nodeCounters[i] += more[i];
    }
    ofNode.add(ofEdge);
    if (edge.key().kind() == EdgeKind.HTTP) {
      long errors = errors(more);
      long total = count - more[Outcome.ABANDONED.index()];
      levels.add(
          edge.key().to(),
          total - errors,
          total,
          more[EdgeCell.LATENCY_GOOD],
          more[EdgeCell.LATENCY_TOTAL]);
    }
    return true;
  }

  private void finishNode(String name, boolean any, long second) {
    Edges.NodeState node = any ? edges.node(name) : null;
    if (node != null) {
      node.series()
          .add(
              second,
              count(nodeCounters),
              errors(nodeCounters),
              nodeCounters[EdgeCell.RETRIES],
              ofNode);
    }
    Arrays.fill(nodeCounters, 0);
    ofNode.clear();
  }

  /** Everything that ended. */
  public static long count(long[] counters) {
    long sum = 0;
    for (int i = 0; i < Outcome.COUNT; i++) {
      sum += counters[i];
    }
    return sum;
  }

  /** What of it failed. */
  public static long errors(long[] counters) {
    long sum = 0;
    for (int i = 0; i < Outcome.COUNT; i++) {
      sum += Outcome.of(i).failed() ? counters[i] : 0;
    }
    return sum;
  }

  /** Adds the points of a minute, up to a second of it (exclusive), to a batch. */
  public void writeMinute(Batch batch, int minute, long to) {
    for (EdgeState edge : edges.all()) {
      write(batch, edge.series(), minute, to);
    }
    for (Edges.NodeState node : edges.nodes()) {
      write(batch, node.series(), minute, to);
    }
  }

  private void write(Batch batch, Series series, int minute, long to) {
    window.clear();
    series.addTo(window, minute * 60L, to);
    if (window.count() == 0 && window.retries() == 0) {
      return;
    }
    if (minute == firstMinute) {
      series.addBefore(window, points, minute);
    } else {
      series.forgetBefore();
    }
    points.put(batch, series.name(), minute, window);
  }
}
