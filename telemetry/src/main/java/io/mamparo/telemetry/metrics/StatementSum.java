package io.mamparo.telemetry.metrics;

import io.mamparo.telemetry.StatementStats;
import io.mamparo.telemetry.histogram.Distribution;
import io.mamparo.telemetry.histogram.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The sum of several loops' counters of a statement. Belongs to one thread. */
final class StatementSum {
  final long[] counters = new long[StatementCell.LENGTH];
  private final Map<String, Long> states = new TreeMap<>();
  private final List<StatementCell> cells = new ArrayList<>();
  private @Nullable Distribution moreDurations;
  private @Nullable Distribution moreWaits;

  /** Adds a loop's counters; its durations are looked at only if they are asked for. */
  void add(StatementCell cell) {
    cell.addTo(this);
    cells.add(cell);
  }

  void addState(String state, long count) {
    states.merge(state, count, Long::sum);
  }

  void add(StatementSum other) {
    for (int i = 0; i < counters.length; i++) {
      counters[i] += other.counters[i];
    }
    if (moreDurations == null) {
      moreDurations = new Distribution(Scale.COARSE);
    }
    moreDurations.add(other.durations());
    if (moreWaits == null) {
      moreWaits = new Distribution(Scale.COARSE);
    }
    moreWaits.add(other.waits());
    other.states.forEach(this::addState);
  }

  private Distribution durations() {
    Distribution sum = new Distribution(Scale.COARSE);
    cells.forEach(cell -> cell.addTo(sum));
    if (moreDurations != null) {
      sum.add(moreDurations);
    }
    return sum;
  }

  private Distribution waits() {
    Distribution sum = new Distribution(Scale.COARSE);
    cells.forEach(cell -> cell.addWaitsTo(sum));
    if (moreWaits != null) {
      sum.add(moreWaits);
    }
    return sum;
  }

  /** Its form for people; {@code service} is whose statements these are. */
  StatementStats stats(StatementText text, @Nullable String service) {
    Distribution durations = durations();
    Distribution waits = waits();
    Map<String, Long> byState = new TreeMap<>();
    long others = counters[StatementCell.OTHER_STATES];
    for (Map.Entry<String, Long> state : states.entrySet()) {
      if (byState.size() < StatementCell.MAX_STATES) {
        byState.put(state.getKey(), state.getValue());
      } else {
        others += state.getValue();
      }
    }
    if (others > 0) {
      byState.merge("other", others, Long::sum);
    }
    return new StatementStats(
        text.shown(),
        text.text(),
        service,
        counters[StatementCell.CALLS],
        counters[StatementCell.ROWS],
        counters[StatementCell.BYTES_IN],
        counters[StatementCell.BYTES_OUT],
        counters[StatementCell.WAIT_NANOS] / 1e6,
        counters[StatementCell.EXECUTION_NANOS] / 1e6,
        Graph.orNull(durations.quantile(0.5) / 1e6),
        Graph.orNull(durations.quantile(0.95) / 1e6),
        Graph.orNull(durations.quantile(0.99) / 1e6),
        Graph.orNull(waits.quantile(0.5) / 1e6),
        Graph.orNull(waits.quantile(0.99) / 1e6),
        counters[StatementCell.ERRORS],
        byState);
  }
}
