package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.EdgeKey;
import io.mamparo.telemetry.EdgeProbe;
import io.mamparo.telemetry.histogram.Baseline;
import io.mamparo.telemetry.histogram.Distribution;

/**
 * One edge: its loops' counters, and how far the roll-up has read them. The cells belong to the
 * loops, everything else to the roll-up thread, but for the fields that are volatile.
 */
public final class EdgeState {
  private final EdgeKey key;
  private final EdgeCell[] cells;
  private final Series series;
  private final Baseline baseline = new Baseline();
  private final long[] before = new long[EdgeCell.LENGTH];
  private final long[] now = new long[EdgeCell.LENGTH];
  private final long[] difference = new long[EdgeCell.LENGTH];
  private volatile long latencyThreshold;
  private volatile EdgeProbe probe = EdgeProbe.NONE;

  EdgeState(EdgeKey key, int loops) {
    this.key = key;
    cells = new EdgeCell[loops];
    for (int i = 0; i < loops; i++) {
      cells[i] = new EdgeCell();
    }
    series = new Series(SeriesName.edge(key));
  }

  /** The edge. */
  public EdgeKey key() {
    return key;
  }

  /** One cell a loop. */
  public EdgeCell[] cells() {
    return cells;
  }

  /** Its past. */
  public Series series() {
    return series;
  }

  /** The callee's latency objective in nanoseconds; 0 without one. */
  public long latencyThreshold() {
    return latencyThreshold;
  }

  /** Sets the callee's latency objective; what ends from now on is counted against it. */
  public void latencyThreshold(long nanos) {
    latencyThreshold = nanos;
  }

  /** Sets whom to ask. */
  public void probe(EdgeProbe whom) {
    probe = whom;
  }

  /** Whom to ask. */
  public EdgeProbe probe() {
    return probe;
  }

  /**
   * Reads what was counted since the last call.
   *
   * @param scratch for the sum of all loops
   * @param more is set to the durations that are new
   * @return the counters' growth; valid until the next call
   */
  long[] readDifference(Distribution scratch, Distribution more) {
    java.util.Arrays.fill(now, 0);
    for (EdgeCell cell : cells) {
      cell.addTo(now);
    }
    boolean changed = false;
    for (int i = 0; i < now.length; i++) {
      difference[i] = now[i] - before[i];
      before[i] = now[i];
      changed |= difference[i] != 0;
    }
    more.clear();
    if (changed) {
      scratch.clear();
      for (EdgeCell cell : cells) {
        cell.addTo(scratch);
      }
      scratch.differenceInto(more, baseline);
    }
    return difference;
  }

  /** All counters since the edge was first seen; any thread. */
  public long[] totals() {
    long[] sum = new long[EdgeCell.LENGTH];
    for (EdgeCell cell : cells) {
      cell.addTo(sum);
    }
    return sum;
  }
}
