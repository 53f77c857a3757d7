package io.mamparo.telemetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A graph over time: lists of equal length.
 *
 * @param stepSeconds what one point stands for
 * @param t when each point starts, in seconds since the epoch
 * @param rate requests or statements a second
 * @param errors failed ones a second
 * @param p50 milliseconds; null where nothing ended
 * @param p95 as above
 * @param p99 as above
 */
public record SeriesData(
    int stepSeconds,
    List<Long> t,
    List<Double> rate,
    List<Double> errors,
    List<@Nullable Double> p50,
    List<@Nullable Double> p95,
    List<@Nullable Double> p99) {
  public SeriesData {
    t = List.copyOf(t);
    rate = List.copyOf(rate);
    errors = List.copyOf(errors);
    p50 = Collections.unmodifiableList(new ArrayList<>(p50));
    p95 = Collections.unmodifiableList(new ArrayList<>(p95));
    p99 = Collections.unmodifiableList(new ArrayList<>(p99));
  }
}
