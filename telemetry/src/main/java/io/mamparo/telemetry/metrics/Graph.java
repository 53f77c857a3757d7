package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.SeriesData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers the points of a graph. Belongs to one thread. */
public final class Graph {
  private final int step;
  private final List<Long> t = new ArrayList<>();
  private final List<Double> rate = new ArrayList<>();
  private final List<Double> errors = new ArrayList<>();
  private final List<@Nullable Double> p50 = new ArrayList<>();
  private final List<@Nullable Double> p95 = new ArrayList<>();
  private final List<@Nullable Double> p99 = new ArrayList<>();

  /** A graph with a point every {@code step} seconds. */
  public Graph(int step) {
    this.step = step;
  }

  void addEmpty(long second) {
    add(second, 0, 0, Double.NaN, Double.NaN, Double.NaN);
  }

  void add(long second, long count, long failed, double q50, double q95, double q99) {
    t.add(second);
    rate.add((double) count / step);
    errors.add((double) failed / step);
    p50.add(orNull(q50));
    p95.add(orNull(q95));
    p99.add(orNull(q99));
  }

  /** Adds a point that stands for {@code seconds} seconds. */
  public void add(long second, int seconds, Window window) {
    t.add(second);
    rate.add((double) window.count() / seconds);
    errors.add((double) window.errors() / seconds);
    p50.add(orNull(window.quantileMillis(0.5)));
    p95.add(orNull(window.quantileMillis(0.95)));
    p99.add(orNull(window.quantileMillis(0.99)));
  }

  /** The points so far. */
  public SeriesData data() {
    return new SeriesData(step, t, rate, errors, p50, p95, p99);
  }

  /** JSON knows no NaN. */
  public static @Nullable Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
