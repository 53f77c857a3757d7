package io.mamparo.model;

import java.math.BigDecimal;

/**
 * A share of a whole, exact to a ten-thousandth of a percent so that weights add up and objectives
 * such as 99.999 % are not rounded.
 *
 * @param millionths 0 to 1,000,000
 */
public record Percentage(int millionths) implements Comparable<Percentage> {
  /** The whole. */
  public static final Percentage ALL = new Percentage(1_000_000);

  private static final BigDecimal PER_PERCENT = BigDecimal.valueOf(10_000);

  public Percentage {
    Require.between(0, millionths, 1_000_000, "a percentage in millionths");
  }

  /** So many percent. */
  public static Percentage of(double percent) {
    return new Percentage((int) Math.round(percent * 10_000));
  }

  /**
   * Reads {@code 50%} or {@code 99.9%}.
   *
   * @throws IllegalArgumentException when there is no percent sign, it is not from 0 to 100, or it
   *     has more than four decimals
   */
  public static Percentage parse(String text) {
    String form = "expected a percentage such as 50% or 99.9%";
    Require.that(text.matches("\\d{1,3}(\\.\\d{1,9})?\\s?%"), form);
    BigDecimal percent = new BigDecimal(text.substring(0, text.length() - 1).strip());
    Require.that(percent.compareTo(BigDecimal.valueOf(100)) <= 0, "a percentage is at most 100%");
    BigDecimal millionths = percent.multiply(PER_PERCENT).stripTrailingZeros();
    Require.that(millionths.scale() <= 0, "a percentage has at most four decimals");
    return new Percentage(millionths.intValueExact());
  }

  /** 0 to 1. */
  public double ratio() {
    return millionths / 1e6;
  }

  @Override
  public int compareTo(Percentage other) {
    return Integer.compare(millionths, other.millionths);
  }

  /** As it is written in a stack file: {@code 99.9%}. */
  @Override
  public String toString() {
    return BigDecimal.valueOf(millionths, 4).stripTrailingZeros().toPlainString() + "%";
  }
}
