package io.mamparo.model;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often something happens or may happen.
 *
 * @param perSecond events a second; not negative and finite
 */
public record Rate(double perSecond) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)\\s?/\\s?([smh])");

  public Rate {
    Require.that(
        perSecond >= 0 && perSecond <= 1e9, "a rate must be from 0 to 1,000,000,000 a second");
  }

  /** So many a second. */
  public static Rate perSecond(double events) {
    return new Rate(events);
  }

  /**
   * Reads {@code 10/s}, {@code 90/m} or {@code 5/h}.
   *
   * @throws IllegalArgumentException when it is written in another way
   */
  public static Rate parse(String text) {
    Matcher matcher = FORM.matcher(text);
    Require.that(matcher.matches(), "expected a rate such as 10/s, 90/m or 5/h");
    double events = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2).charAt(0)) {
      case 's' -> new Rate(events);
      case 'm' -> new Rate(events / 60);
      default -> new Rate(events / 3600);
    };
  }

  /** As it is written in a stack file: {@code 10/s}. */
  @Override
  public String toString() {
    return BigDecimal.valueOf(perSecond).stripTrailingZeros().toPlainString() + "/s";
  }
}
