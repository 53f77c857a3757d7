package io.mamparo.telemetry;

import io.mamparo.telemetry.metrics.Exposition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The counters and gauges that planes define for themselves. Safe for use by several threads.
 * Families are defined by code, not by data, so they need no bound.
 */
final class Families {
  private final int loops;
  private final Map<String, CounterFamily> counters = new ConcurrentSkipListMap<>();
  private final Map<String, GaugeFamily> gauges = new ConcurrentSkipListMap<>();

  Families(int loops) {
    this.loops = loops;
  }

  CounterFamily counters(String name, String help, String... labelNames) {
    requireNames(name, labelNames);
    if (!name.endsWith("_total")) {
      throw new IllegalArgumentException("a counter's name ends in _total: " + name);
    }
    if (name.matches(".*_(micro|milli|nano)(s|seconds)_.*")) {
      throw new IllegalArgumentException("time is counted in _seconds_total: " + name);
    }
    return counters.computeIfAbsent(
        name, n -> new CounterFamily(n, help, List.of(labelNames), loops));
  }

  GaugeFamily gauges(String name, String help, String... labelNames) {
    requireNames(name, labelNames);
    return gauges.computeIfAbsent(name, n -> new GaugeFamily(n, help, List.of(labelNames)));
  }

  private static void requireNames(String name, String... labelNames) {
    Exposition.requireName(name);
    for (String label : labelNames) {
      Exposition.requireName(label);
    }
  }

  Collection<CounterFamily> counters() {
    return counters.values();
  }

  Collection<GaugeFamily> gauges() {
    return gauges.values();
  }
}
