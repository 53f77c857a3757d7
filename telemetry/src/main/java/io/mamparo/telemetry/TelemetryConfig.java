package io.mamparo.telemetry;

import java.time.Duration;

/**
 * The bounds of what telemetry keeps.
 *
 * @param metrics of the minutes of edges and nodes
 * @param traces of the traces that were kept
 * @param maxEdges edges of the map that are told apart; about 100 KB each once used
 * @param maxStatements statements of one database that are told apart; about 1 KB each and loop
 * @param maxNames names in spans (services, routes, statements) that are told apart
 * @param ringSpans finished spans a loop can hold until they are read; 192 bytes each
 * @param pendingSpans spans that wait for the end of their trace; 192 bytes each
 * @param linger how long after the entry's end its stragglers are waited for
 * @param sampling which traces are kept, if nothing is said for their entry
 */
public record TelemetryConfig(
    Retention metrics,
    Retention traces,
    int maxEdges,
    int maxStatements,
    int maxNames,
    int ringSpans,
    int pendingSpans,
    Duration linger,
    SamplingRule sampling) {
  /**
   * A week and 256 MiB of metrics, three days and 512 MiB of traces, 500 edges, 5,000 statements a
   * database, 20,000 names, 16,384 spans in a ring and 32,768 waiting, half a second of linger.
   */
  public static final TelemetryConfig DEFAULT =
      new TelemetryConfig(
          new Retention(Duration.ofDays(7), 256L << 20),
          new Retention(Duration.ofDays(3), 512L << 20),
          500,
          5_000,
          20_000,
          16_384,
          32_768,
          Duration.ofMillis(500),
          SamplingRule.DEFAULT);

  public TelemetryConfig {
    if (maxEdges < 1 || maxStatements < 1 || maxNames < 1) {
      throw new IllegalArgumentException("limits are 1 or more");
    }
    if (ringSpans < 64 || pendingSpans < 64) {
      throw new IllegalArgumentException("rings hold 64 spans or more");
    }
    if (linger.isNegative() || linger.toSeconds() > 60) {
      throw new IllegalArgumentException("stragglers are waited for up to a minute");
    }
  }

  /** The same with other bounds for the past. */
  public TelemetryConfig withRetention(Retention forMetrics, Retention forTraces) {
    return new TelemetryConfig(
        forMetrics,
        forTraces,
        maxEdges,
        maxStatements,
        maxNames,
        ringSpans,
        pendingSpans,
        linger,
        sampling);
  }

  /** The same with another rule for traces. */
  public TelemetryConfig withSampling(SamplingRule rule) {
    return new TelemetryConfig(
        metrics, traces, maxEdges, maxStatements, maxNames, ringSpans, pendingSpans, linger, rule);
  }
}
