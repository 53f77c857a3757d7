package io.mamparo.gameday;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

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

  /** As {@link #text()}, of several: {@code 5 s to 10 s, 15 s to 20 s}. */
  public static String text(List<Window> windows) {
    return windows.stream().map(Window::text).collect(Collectors.joining(", "));
  }

  /** What is left of the time from 0 to {@code end} without these, in order. */
  public static List<Window> between(List<Window> windows, Duration end) {
    List<Window> left = new ArrayList<>();
    Duration from = Duration.ZERO;
    for (Window window : windows.stream().sorted(Comparator.comparing(Window::from)).toList()) {
      if (window.from.compareTo(from) > 0) {
        left.add(new Window(from, window.from));
      }
      from = window.to.compareTo(from) > 0 ? window.to : from;
    }
    if (end.compareTo(from) > 0) {
      left.add(new Window(from, end));
    }
    return left;
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
