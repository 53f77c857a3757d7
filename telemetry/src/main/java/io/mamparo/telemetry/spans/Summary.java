package io.mamparo.telemetry.spans;

import io.mamparo.telemetry.KeptBecause;
import io.mamparo.telemetry.TraceSummary;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;

/**
 * What a trace can be found by.
 *
 * @param startMicros since the epoch, of its first span
 * @param durationMicros of its entry
 * @param terms everything a search may name: {@code service=cars}, names, paths, {@code status=503}
 */
record Summary(
    long high,
    long low,
    long startMicros,
    long durationMicros,
    int spans,
    boolean error,
    KeptBecause kept,
    String root,
    String entry,
    Set<String> terms) {
  private static final HexFormat HEX = HexFormat.of();

  TraceSummary forPeople() {
    return new TraceSummary(
        traceId(high, low),
        root,
        entry,
        Instant.ofEpochSecond(
            Math.floorDiv(startMicros, 1_000_000L), Math.floorMod(startMicros, 1_000_000L) * 1000),
        durationMicros / 1e3,
        spans,
        error,
        kept);
  }

  static String traceId(long high, long low) {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }
}
