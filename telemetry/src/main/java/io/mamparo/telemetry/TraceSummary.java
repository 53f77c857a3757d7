package io.mamparo.telemetry;

import java.time.Instant;

/**
 * A trace in a list.
 *
 * @param traceId 32 hexadecimal digits
 * @param root name of its first span
 * @param entry what it came in through
 * @param start when its first span started
 * @param durationMs of the entry
 * @param spans how many there were when it was judged
 * @param error whether a span failed
 * @param kept why it was kept
 */
public record TraceSummary(
    String traceId,
    String root,
    String entry,
    Instant start,
    double durationMs,
    int spans,
    boolean error,
    KeptBecause kept) {}
