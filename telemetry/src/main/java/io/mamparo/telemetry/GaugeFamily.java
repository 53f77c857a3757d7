package io.mamparo.telemetry;

import io.mamparo.telemetry.metrics.Labels;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * Values that are asked for when somebody looks, told apart by labels. Safe for use by several
 * threads. At most {@link CounterFamily#MAX_CHILDREN}; those beyond are not shown.
 */
public final class GaugeFamily {
  private final String name;
  private final String help;
  private final List<String> labelNames;
  private final Map<Labels, DoubleSupplier> children = new ConcurrentHashMap<>();

  GaugeFamily(String name, String help, List<String> labelNames) {
    this.name = name;
    this.help = help;
    this.labelNames = List.copyOf(labelNames);
  }

  /**
   * Shows a value under these label values, in place of the one shown before; it is asked from any
   * thread and must not block. One that fails is left out.
   */
  public void set(DoubleSupplier value, String... labelValues) {
    Labels labels = Labels.of(labelNames, List.of(labelValues));
    if (children.containsKey(labels) || children.size() < CounterFamily.MAX_CHILDREN) {
      children.put(labels, value);
    }
  }

  /** Shows the value under these label values no longer. */
  public void remove(String... labelValues) {
    children.remove(Labels.of(labelNames, List.of(labelValues)));
  }

  /** Its name in Prometheus form. */
  public String name() {
    return name;
  }

  /** What it shows. */
  public String help() {
    return help;
  }

  /** All values by their labels. */
  public Map<Labels, DoubleSupplier> children() {
    return Map.copyOf(children);
  }
}
