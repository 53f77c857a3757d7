package io.mamparo.gameday.run;

import io.mamparo.gameday.Window;
import io.mamparo.load.Figures;
import java.util.ArrayList;
import java.util.List;

/** A percentile of a load in each slice of about five seconds of windows, in order of size. */
record Slices(List<Double> sorted) {
  private static final double SLICE_SECONDS = 5;

  Slices {
    sorted = sorted.stream().sorted().toList();
  }

  static Slices of(List<Window> windows, String load, double percentile, Evidence evidence) {
    List<Double> seen = new ArrayList<>();
    for (Window window : windows) {
      double from = window.from().toNanos() / 1e9;
      double to = Math.min(window.to().toNanos() / 1e9, evidence.seconds());
      int count = Math.max(1, (int) Math.floor((to - from) / SLICE_SECONDS));
      for (int i = 0; i < count; i++) {
        Figures figures =
            evidence
                .load(load)
                .between(
                    evidence.nanos(from + (to - from) * i / count),
                    evidence.nanos(from + (to - from) * (i + 1) / count));
        if (figures.ok() > 0) {
          seen.add(figures.percentile(percentile));
        }
      }
    }
    return new Slices(seen);
  }

  boolean isEmpty() {
    return sorted.isEmpty();
  }

  double best() {
    return sorted.getFirst();
  }

  double worst() {
    return sorted.getLast();
  }

  double median() {
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
