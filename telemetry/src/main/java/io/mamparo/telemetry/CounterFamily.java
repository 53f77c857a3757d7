package io.mamparo.telemetry;

import io.mamparo.telemetry.metrics.Labels;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counters of one name, told apart by labels. Those whose name ends in {@value #TIME} are added to
 * in nanoseconds, and shown in seconds. Safe for use by several threads. At most {@link
 * #MAX_CHILDREN} sets of label values are told apart; those beyond count together with {@code
 * other} as every value.
 */
public final class CounterFamily {
  /** How many sets of label values are told apart. */
  public static final int MAX_CHILDREN = 1000;

  /** Ends the name of counters of time. */
  static final String TIME = "_seconds_total";

  private final String name;
  private final String help;
  private final List<String> labelNames;
  private final int loops;
  private final Map<Labels, Counter> children = new ConcurrentHashMap<>();

  CounterFamily(String name, String help, List<String> labelNames, int loops) {
    this.name = name;
    this.help = help;
    this.labelNames = List.copyOf(labelNames);
    this.loops = loops;
  }

  /** The counter of these label values, in the order of the names; resolve it once and keep it. */
  public Counter with(String... values) {
    Labels labels = Labels.of(labelNames, List.of(values));
    Counter known = children.get(labels);
    if (known != null) {
      return known;
    }
    Labels bounded = children.size() < MAX_CHILDREN ? labels : Labels.allOther(labelNames);
    return children.computeIfAbsent(bounded, l -> new Counter(loops));
  }

  /** Its name in Prometheus form, ending in {@code _total}. */
  public String name() {
    return name;
  }

  /** Whether it counts time. */
  boolean time() {
    return name.endsWith(TIME);
  }

  /** What it counts. */
  public String help() {
    return help;
  }

  /** All counters by their labels. */
  public Map<Labels, Counter> children() {
    return Map.copyOf(children);
  }
}
