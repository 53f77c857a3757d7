package io.mamparo.telemetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a promise is kept.
 *
 * @param spec the promise
 * @param good good events in its window
 * @param total all events in its window
 * @param budget what may fail
 * @param burn how fast it is spent
 */
public record SloStatus(SloSpec spec, long good, long total, Budget budget, List<Burn> burn) {
  public SloStatus {
    burn = List.copyOf(burn);
  }

  /** Whether any alert fires. */
  public boolean firing() {
    return burn.stream().anyMatch(Burn::firing);
  }

  /**
   * The error budget of the window.
   *
   * @param total how many events may be bad, given how many there were
   * @param spent how many were
   * @param remaining the share of the total that is left: 1 is untouched (also without any event),
   *     0 is used up, less than 0 is overspent
   */
  public record Budget(double total, long spent, double remaining) {}

  /**
   * A multi-window alert: it fires when the budget burns faster than {@code factor} over the long
   * window and still does over the short one. A burn rate of 1 spends exactly the budget.
   *
   * @param severity {@code page} or {@code ticket}
   * @param longSeconds the long window
   * @param shortSeconds the short window, which ends the alert soon after the trouble
   * @param factor the burn rate from which it fires
   * @param longBurn over the long window; null without events
   * @param shortBurn over the short window, or as far beyond it as it takes to have enough events;
   *     null without events
   * @param firing whether it fires
   */
  public record Burn(
      String severity,
      long longSeconds,
      long shortSeconds,
      double factor,
      @Nullable Double longBurn,
      @Nullable Double shortBurn,
      boolean firing) {}

  /**
   * The past of a promise: lists of equal length.
   *
   * @param t seconds since the epoch
   * @param remaining the budget's remaining share, over the window that ended then
   * @param burn1h the burn rate over the hour that ended then; null without events
   */
  public record History(List<Long> t, List<Double> remaining, List<@Nullable Double> burn1h) {
    public History {
      t = List.copyOf(t);
      remaining = List.copyOf(remaining);
      burn1h = Collections.unmodifiableList(new ArrayList<>(burn1h));
    }
  }
}
