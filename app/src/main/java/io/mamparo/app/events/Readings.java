package io.mamparo.app.events;

import io.mamparo.telemetry.CounterFamily;
import io.mamparo.telemetry.GaugeFamily;
import io.mamparo.telemetry.Telemetry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Metrics whose values are looked at from time to time. Set by one thread; values are read by any.
 */
final class Readings {
  private final Map<String, Double> values = new ConcurrentHashMap<>();
  private final Map<String, Long> counted = new HashMap<>();
  private final Map<String, GaugeFamily> gauges = new HashMap<>();
  private final Map<String, CounterFamily> counters = new HashMap<>();
  private final Telemetry telemetry;

  Readings(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /** A value that rises and falls; labels and their values in turn. */
  void gauge(String name, String help, double value, String... labels) {
    String[] values = values(labels);
    String key = name + String.join("\0", values);
    if (this.values.put(key, value) == null) {
      gauges
          .computeIfAbsent(name, n -> telemetry.gauges(n, help, names(labels)))
          .set(() -> this.values.getOrDefault(key, 0.0), values);
    }
  }

  /** Adds what a growing number has grown by; after it began anew it counts from there. */
  void count(String name, String help, long total, String... labels) {
    String[] values = values(labels);
    String key = name + String.join("\0", values);
    Long before = counted.put(key, total);
    long more = before == null || total < before ? total : total - before;
    if (more > 0 || before == null) {
      counters
          .computeIfAbsent(name, n -> telemetry.counters(n, help, names(labels)))
          .with(values)
          .add(more);
    }
  }

  private static String[] names(String... labels) {
    String[] names = new String[labels.length / 2];
    for (int i = 0; i < names.length; i++) {
      names[i] = labels[2 * i];
    }
    return names;
  }

  private static String[] values(String... labels) {
    String[] values = new String[labels.length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = labels[2 * i + 1];
    }
    return values;
  }
}
