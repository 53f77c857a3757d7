package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.telemetry.SeriesData;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Numbers as JSON: rounded to what means something. Stateless. */
final class Numbers {
  private Numbers() {}

  static @Nullable Double rounded(@Nullable Double value) {
    if (value == null || !Double.isFinite(value)) {
      return null;
    }
    return Math.round(value * 1_000) / 1_000.0;
  }

  /** A share keeps six decimals: budgets are about small ones. */
  static @Nullable Double share(@Nullable Double value) {
    if (value == null || !Double.isFinite(value)) {
      return null;
    }
    return Math.round(value * 1_000_000) / 1_000_000.0;
  }

  static void series(ObjectNode into, Optional<SeriesData> found) {
    ObjectNode series = into.putObject("series");
    SeriesData data =
        found.orElse(
            new SeriesData(1, List.of(), List.of(), List.of(), List.of(), List.of(), List.of()));
    series.put("step", data.stepSeconds());
    ArrayNode times = series.putArray("t");
    data.t().forEach(times::add);
    doubles(series.putArray("rate"), data.rate());
    doubles(series.putArray("errors"), data.errors());
    doubles(series.putArray("p50"), data.p50());
    doubles(series.putArray("p95"), data.p95());
    doubles(series.putArray("p99"), data.p99());
  }

  static void doubles(ArrayNode into, List<? extends @Nullable Double> values) {
    for (Double value : values) {
      into.add(rounded(value));
    }
  }
}
