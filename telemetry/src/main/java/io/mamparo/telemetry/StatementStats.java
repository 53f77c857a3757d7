package io.mamparo.telemetry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of statement has cost since this process started. Percentiles are of waiting and
 * execution together.
 *
 * @param fingerprint of the text, 16 hexadecimal digits, the same after a restart
 * @param text normalised; {@code other} stands for all that were one too many
 * @param service whose; null for people
 * @param calls how often it ended, errors included
 * @param rows returned or changed
 * @param bytesIn sent by clients
 * @param bytesOut sent to clients
 * @param waitMs waited for server connections
 * @param totalMs executed
 * @param p50Ms null when there were none
 * @param p95Ms null when there were none
 * @param p99Ms null when there were none
 * @param waitP50Ms of waiting alone; null when there were none
 * @param waitP99Ms null when there were none
 * @param errors how often it failed
 * @param errorsByState by SQLSTATE; {@code other} beyond the first four
 */
public record StatementStats(
    String fingerprint,
    String text,
    @Nullable String service,
    long calls,
    long rows,
    long bytesIn,
    long bytesOut,
    double waitMs,
    double totalMs,
    @Nullable Double p50Ms,
    @Nullable Double p95Ms,
    @Nullable Double p99Ms,
    @Nullable Double waitP50Ms,
    @Nullable Double waitP99Ms,
    long errors,
    Map<String, Long> errorsByState) {
  public StatementStats {
    errorsByState = Map.copyOf(errorsByState);
  }
}
