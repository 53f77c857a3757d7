package io.mamparo.load;

import org.HdrHistogram.Histogram;

/**
 * The requests that should have started in a stretch of time. The histogram is in microseconds and
 * belongs to the caller.
 */
public record Figures(long sent, long ok, long failed, Histogram latency) {
  /** The failed share of those that have ended; 0 when none has. */
  public double failureRatio() {
    return ok + failed == 0 ? 0 : (double) failed / (ok + failed);
  }

  /** A percentile in milliseconds; 0 when none has ended. */
  public double percentile(double percentile) {
    return Percentiles.at(latency, percentile);
  }
}
