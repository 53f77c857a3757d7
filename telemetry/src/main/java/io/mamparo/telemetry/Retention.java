package io.mamparo.telemetry;

import java.time.Duration;

/**
 * How much of the past is kept; whichever bound is reached first counts.
 *
 * @param maxAge a minute or more; the past goes by the day, so up to a day more may be there
 * @param maxBytes on disk, 64 KiB or more
 */
public record Retention(Duration maxAge, long maxBytes) {
  public Retention {
    if (maxAge.toMinutes() < 1) {
      throw new IllegalArgumentException("the past is kept for a minute or more");
    }
    if (maxBytes < 64 << 10) {
      throw new IllegalArgumentException("the past is given 64 KiB or more");
    }
  }
}
