package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Scale;

/** What happened in a span of time: sums that can be added. Belongs to one thread. */
public final class Window {
  private final Distribution durations = new Distribution(Scale.FINE);
  private long count;
  private long errors;
  private long retries;

  /** Adds sums; durations are added by {@link #durations}. */
  public void add(long moreCount, long moreErrors, long moreRetries) {
    count += moreCount;
    errors += moreErrors;
    retries += moreRetries;
  }

  /** Adds all of another. */
  public void add(Window other) {
    add(other.count, other.errors, other.retries);
    durations.add(other.durations);
  }

  /** Empties it. */
  public void clear() {
    count = 0;
    errors = 0;
    retries = 0;
    durations.clear();
  }

  /** The durations of what ended. */
  public Distribution durations() {
    return durations;
  }

  /** How much ended. */
  public long count() {
    return count;
  }

  /** How much of it failed. */
  public long errors() {
    return errors;
  }

  /** How many tries beyond the first were made. */
  public long retries() {
    return retries;
  }

  /** A quantile in milliseconds; NaN without data. */
  public double quantileMillis(double q) {
    return durations.quantile(q) / 1e6;
  }
}
