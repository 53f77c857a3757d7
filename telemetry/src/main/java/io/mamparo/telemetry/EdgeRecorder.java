package io.mamparo.telemetry;

import io.mamparo.telemetry.metrics.EdgeCell;
import io.mamparo.telemetry.metrics.EdgeState;

/**
 * Counts what happens on one edge. Resolved once, at configuration time; each event loop passes its
 * own index and is the only writer of its counters, so that recording takes no lock and allocates
 * nothing.
 */
public final class EdgeRecorder {
  private final EdgeState state;
  private final EdgeCell[] cells;

  EdgeRecorder(EdgeState state) {
    this.state = state;
    cells = state.cells();
  }

  /** The edge. */
  public EdgeKey key() {
    return state.key();
  }

  /**
   * A request or statement has ended.
   *
   * @param loop index of the calling event loop
   * @param durationNanos from its first byte to the end of its answer; negative counts as 0
   */
  public void record(int loop, Outcome outcome, long durationNanos) {
    cells[loop].record(outcome.index(), Math.max(0, durationNanos), state.latencyThreshold());
  }

  /** One more try of a request was made on the calling loop. */
  public void retried(int loop) {
    cells[loop].retried();
  }

  /** Says whom to ask what the plane knows about this edge. */
  public void probe(EdgeProbe probe) {
    state.probe(probe);
  }
}
