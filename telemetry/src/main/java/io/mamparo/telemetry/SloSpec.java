package io.mamparo.telemetry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A promise of a service, counted on the HTTP edges that lead to it.
 *
 * @param service its name on the map
 * @param kind what is promised
 * @param objective the share of good events, greater than 0 and less than 1
 * @param windowDays over how many days, 1 to 90
 * @param threshold within what time a request is fast enough; for {@link SloKind#LATENCY} only
 */
public record SloSpec(
    String service, SloKind kind, double objective, int windowDays, @Nullable Duration threshold) {
  /** The window if nobody says otherwise. */
  public static final int DEFAULT_WINDOW_DAYS = 30;

  public SloSpec {
    if (!(objective > 0 && objective < 1)) {
      throw new IllegalArgumentException("an objective is more than 0 and less than 1");
    }
    if (windowDays < 1 || windowDays > 90) {
      throw new IllegalArgumentException("a window is 1 to 90 days");
    }
    if ((threshold != null) != (kind == SloKind.LATENCY)) {
      throw new IllegalArgumentException("a threshold belongs to a latency objective");
    }
    if (threshold != null && threshold.toNanos() <= 0) {
      throw new IllegalArgumentException("a threshold is more than nothing");
    }
  }

  /** An objective for availability over 30 days. */
  public static SloSpec availability(String service, double objective) {
    return new SloSpec(service, SloKind.AVAILABILITY, objective, DEFAULT_WINDOW_DAYS, null);
  }

  /** An objective for latency over 30 days. */
  public static SloSpec latency(String service, double objective, Duration threshold) {
    return new SloSpec(service, SloKind.LATENCY, objective, DEFAULT_WINDOW_DAYS, threshold);
  }
}
