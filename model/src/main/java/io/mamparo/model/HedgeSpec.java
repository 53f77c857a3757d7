package io.mamparo.model;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * When a request whose first try has not begun to answer is sent to another replica as well; the
 * first answer wins. Only requests that may be tried again are.
 *
 * @param after how long the first try is waited for
 * @param budget hedges as a share of the requests of the last ten seconds; zero: never
 */
public record HedgeSpec(Delay after, Percentage budget) {
  /** No request is hedged. */
  public static final HedgeSpec OFF = new HedgeSpec(Delay.P95, Percentage.of(0));

  /** Whether any request is hedged. */
  public boolean on() {
    return budget.millionths() > 0;
  }

  /**
   * A fixed time, or a percentile of what was measured.
   *
   * @param fixed zero when the percentile says it
   * @param percentile zero when the fixed time says it
   */
  public record Delay(Duration fixed, Percentage percentile) {
    /** What 95 % of the requests stay below. */
    public static final Delay P95 = new Delay(Duration.ZERO, Percentage.of(95));

    private static final String FORM =
        "expected a duration from 1ms on, or a percentile from p50 to p99.9";

    public Delay {
      Require.that(fixed.isZero() != (percentile.millionths() == 0), FORM);
      Require.that(fixed.isZero() || fixed.toNanos() >= 1_000_000, FORM);
      Require.that(
          !fixed.isZero()
              || (percentile.millionths() >= 500_000 && percentile.millionths() <= 999_000),
          FORM);
    }

    /**
     * Reads {@code 20ms} or {@code p95}.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static Delay parse(String text) {
      if (text.matches("p\\d{2}(\\.\\d{1,2})?")) {
        return new Delay(Duration.ZERO, Percentage.parse(text.substring(1) + "%"));
      }
      Require.that(text.matches("\\d.*"), FORM);
      return new Delay(DurationText.parse(text), Percentage.of(0));
    }

    /** As it is written in a stack file. */
    @Override
    public String toString() {
      BigDecimal percent = BigDecimal.valueOf(percentile.millionths(), 4).stripTrailingZeros();
      return fixed.isZero() ? "p" + percent.toPlainString() : DurationText.of(fixed);
    }
  }
}
