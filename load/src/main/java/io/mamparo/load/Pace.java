package io.mamparo.load;

import java.time.Duration;

/**
 * How many requests, for how long.
 *
 * @param perSecond requests a second, above 0 to 100 000
 * @param duration how long requests are sent; {@link #UNTIL_STOPPED} for no end
 * @param arrival how they are spread
 * @param seed of everything random: arrivals, the choice of requests, their placeholders
 */
public record Pace(double perSecond, Duration duration, Arrival arrival, long seed) {
  /** Goes on until it is stopped. */
  public static final Duration UNTIL_STOPPED = Duration.ofDays(36_500);

  public Pace {
    if (!(perSecond > 0 && perSecond <= 100_000)) {
      throw new IllegalArgumentException("rate must be above 0 and at most 100000/s: " + perSecond);
    }
    if (duration.toMillis() < 1 || duration.compareTo(UNTIL_STOPPED) > 0) {
      throw new IllegalArgumentException("duration must be at least 1 ms: " + duration);
    }
  }

  /** A constant rate. */
  public static Pace constant(double perSecond, Duration duration) {
    return new Pace(perSecond, duration, Arrival.CONSTANT, 1);
  }

  /** Random arrivals at a mean rate. */
  public static Pace poisson(double perSecond, Duration duration, long seed) {
    return new Pace(perSecond, duration, Arrival.POISSON, seed);
  }
}
