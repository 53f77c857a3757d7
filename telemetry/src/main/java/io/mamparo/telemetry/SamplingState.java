package io.mamparo.telemetry;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an entry's sampling does.
 *
 * @param entry its name; {@code none} for traces whose entry is not known
 * @param rule what decides
 * @param slowMs from what duration a trace is slow now; null while that is not known
 * @param seen traces judged
 * @param kept traces kept, by reason
 * @param limited how often a reason's limit a second was reached
 */
public record SamplingState(
    String entry,
    SamplingRule rule,
    @Nullable Double slowMs,
    long seen,
    Map<KeptBecause, Long> kept,
    Map<KeptBecause, Long> limited) {
  public SamplingState {
    kept = Map.copyOf(kept);
    limited = Map.copyOf(limited);
  }
}
