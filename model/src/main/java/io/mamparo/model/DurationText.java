package io.mamparo.model;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a stack file writes durations: {@code 250ms}, {@code 2s}, {@code 1h30m}. Stateless. */
public final class DurationText {
  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|us|s|m|h|d)");
  private static final Pattern FORM = Pattern.compile("(?:" + PART.pattern() + ")+");
  private static final Duration LONGEST = Duration.ofDays(3650);

  private DurationText() {}

  /**
   * Reads one or more numbers, each with its unit ({@code us ms s m h d}).
   *
   * @throws IllegalArgumentException when a unit is missing or it is longer than ten years
   */
  public static Duration parse(String text) {
    Require.that(
        FORM.matcher(text).matches(), "expected a duration such as 250ms, 2s, 10m, 1h or 7d");
    Duration total = Duration.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      double count = Double.parseDouble(part.group(1));
      total = total.plusNanos(Math.round(count * nanos(part.group(2))));
      Require.that(total.compareTo(LONGEST) <= 0, "a duration is at most 3650d");
    }
    return total;
  }

  /** As it is written in a stack file, in the largest unit that divides it: {@code 250ms}. */
  public static String of(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    for (String unit : new String[] {"d", "h", "m", "s", "ms"}) {
      if (nanos % nanos(unit) == 0) {
        return nanos / nanos(unit) + unit;
      }
    }
    return nanos / 1_000 + "us";
  }

  private static long nanos(String unit) {
    return switch (unit) {
      case "us" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      default -> 86_400_000_000_000L;
    };
  }
}
