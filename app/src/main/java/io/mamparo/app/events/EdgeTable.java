package io.mamparo.app.events;

import io.mamparo.telemetry.EdgeKind;
import io.mamparo.telemetry.EdgeProbe;
import io.mamparo.telemetry.EdgeRecorder;
import io.mamparo.telemetry.Telemetry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Finds the recorder of an edge by its two ends, without allocation once it is known. Read by all
 * loops; a new edge is added by copying.
 */
final class EdgeTable {
  private final Telemetry telemetry;
  private final EdgeKind kind;
  private final BiFunction<String, String, EdgeProbe> probes;
  private volatile Map<String, Map<String, EdgeRecorder>> byCallee = Map.of();

  EdgeTable(Telemetry telemetry, EdgeKind kind, BiFunction<String, String, EdgeProbe> probes) {
    this.telemetry = telemetry;
    this.kind = kind;
    this.probes = probes;
  }

  EdgeRecorder of(String from, String to) {
    Map<String, EdgeRecorder> callers = byCallee.get(to);
    EdgeRecorder known = callers == null ? null : callers.get(from);
    return known != null ? known : add(from, to);
  }

  private synchronized EdgeRecorder add(String from, String to) {
    Map<String, Map<String, EdgeRecorder>> next = new HashMap<>(byCallee);
    Map<String, EdgeRecorder> callers = new HashMap<>(next.getOrDefault(to, Map.of()));
    EdgeRecorder recorder =
        callers.computeIfAbsent(
            from,
            caller -> {
              EdgeRecorder made = telemetry.edge(caller, to, kind);
              made.probe(probes.apply(caller, to));
              return made;
            });
    next.put(to, callers);
    byCallee = next;
    return recorder;
  }

  /** Forgets everything, after edges were taken off the map. */
  synchronized void clear() {
    byCallee = Map.of();
  }
}
