package io.mamparo.gameday.run;

import io.mamparo.load.LoadRun;
import java.util.List;
import java.util.Map;

/**
 * Everything an expectation can be judged by. Times are seconds from time 0.
 *
 * @param loads by name
 * @param warmUpSeconds how long the loads ran before time 0
 * @param seconds how long the game day lasted
 * @param breakers changes of all edges, in order
 * @param initialBreakers states at time 0, by {@code from to}
 * @param databaseReady by name, when a database was seen to accept connections again
 * @param serviceHealth by name, how many replicas were seen healthy when
 * @param budgetBefore spent share of the availability budget by service, at time 0
 * @param budgetAfter the same at the end
 */
public record Evidence(
    Map<String, LoadRun> loads,
    double warmUpSeconds,
    double seconds,
    List<FaultRun> faults,
    List<BreakerChange> breakers,
    Map<String, String> initialBreakers,
    Map<String, List<Double>> databaseReady,
    Map<String, List<Health>> serviceHealth,
    Map<String, Double> budgetBefore,
    Map<String, Double> budgetAfter) {
  /** Replicas of a service at a moment. */
  public record Health(double seconds, int desired, int healthy) {
    /** Whether all of them are healthy. */
    public boolean full() {
      return healthy >= desired;
    }
  }

  /** How a fault went. */
  FaultRun fault(String name) {
    return faults.stream()
        .filter(fault -> fault.fault().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no fault " + name));
  }

  LoadRun load(String name) {
    LoadRun run = loads.get(name);
    if (run == null) {
      throw new IllegalStateException("no load " + name);
    }
    return run;
  }

  /** A time of the game day as nanoseconds of a load's run. */
  long nanos(double secondsFromZero) {
    return Math.round((secondsFromZero + warmUpSeconds) * 1e9);
  }
}
