package io.mamparo.telemetry.slo;

import io.mamparo.store.Batch;
import io.mamparo.store.Durability;
import io.mamparo.store.Store;
import io.mamparo.store.Table;
import io.mamparo.telemetry.SloKind;
import io.mamparo.telemetry.SloSpec;
import io.mamparo.telemetry.SloStatus;
import java.util.List;
import java.util.Optional;

/** All promises. The roll-up thread adds and writes; any thread asks or sets. */
public final class ServiceLevels implements io.mamparo.telemetry.metrics.RollUp.ServiceLevels {
  private final Store store;
  private final Table table;
  private volatile List<Objective> objectives = List.of();

  /** Promises kept in the table {@code slo} of a store. */
  public ServiceLevels(Store store) {
    this.store = store;
    table = store.table("slo");
  }

  /**
   * Sets what is promised. A promise that is as before, or differs only in its objective or window,
   * keeps its counts.
   */
  public synchronized void set(List<SloSpec> specs, int minute) {
    Batch batch = new Batch();
    write(batch);
    store.write(batch, Durability.PROCESS);
    List<Objective> next =
        specs.stream()
            .distinct()
            .map(
                spec ->
                    objectives.stream()
                        .filter(o -> o.spec().equals(spec))
                        .findFirst()
                        .orElseGet(() -> new Objective(spec, table, minute)))
            .toList();
    objectives = next;
  }

  @Override
  public void add(
      String service,
      long availabilityGood,
      long availabilityTotal,
      long latencyGood,
      long latencyTotal) {
    for (Objective objective : objectives) {
      if (objective.is(service, SloKind.AVAILABILITY)) {
        objective.add(availabilityGood, availabilityTotal);
      } else if (objective.is(service, SloKind.LATENCY)) {
        objective.add(latencyGood, latencyTotal);
      }
    }
  }

  /** Time has come to a minute. */
  public void advance(Batch batch, int minute) {
    objectives.forEach(objective -> objective.advance(batch, minute));
  }

  /** Writes the running minute. */
  public void write(Batch batch) {
    objectives.forEach(objective -> objective.write(batch));
  }

  /** How all promises are kept. */
  public List<SloStatus> statuses() {
    return objectives.stream().map(Objective::status).toList();
  }

  /** The past of one promise. */
  public Optional<SloStatus.History> history(SloSpec spec) {
    return objectives.stream()
        .filter(o -> o.spec().equals(spec))
        .findFirst()
        .map(Objective::history);
  }
}
