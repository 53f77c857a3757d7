package io.mamparo.gameday;

import java.time.Duration;

/** A stretch of a game day, from its start; {@code to} is not part of it. */
public record Window(Duration from, Duration to) {
  public Window {
    if (from.isNegative() || to.compareTo(from) <= 0) {
      throw new IllegalArgumentException("a window ends after it begins");
    }
  }

  /** For people: {@code 5 s to 30 s}. */
  public String text() {
    return seconds(from) + " to " + seconds(to);
  }

  /** {@code 2.5 s}. */
  public static String seconds(Duration duration) {
    double seconds = duration.toMillis() / 1000.0;
    return (seconds == Math.rint(seconds)
            ? Long.toString((long) seconds)
            : Double.toString(seconds))
        + " s";
  }
}
