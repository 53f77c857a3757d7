package io.mamparo.telemetry;

import io.mamparo.telemetry.metrics.EdgeCell;
import io.mamparo.telemetry.metrics.EdgeState;
import io.mamparo.telemetry.metrics.Edges;
import io.mamparo.telemetry.metrics.Exposition;
import io.mamparo.telemetry.metrics.Labels;
import io.mamparo.telemetry.metrics.ProcessMetrics;
import io.mamparo.telemetry.metrics.StatementTable;
import io.mamparo.telemetry.storage.Partitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What stands on the Prometheus page, section by section. Belongs to one thread. */
final class PrometheusPage {
  private final Exposition out;

  PrometheusPage(Exposition out) {
    this.out = out;
  }

  void edges(Edges edges) {
    List<EdgeState> all = new ArrayList<>(edges.all());
    List<long[]> totals = all.stream().map(EdgeState::totals).toList();
    out.family(
        "mamparo_requests_total",
        "counter",
        "Requests and statements that ended, by edge of the service map and outcome.");
    for (int i = 0; i < all.size(); i++) {
      for (int outcome = 0; outcome < Outcome.COUNT; outcome++) {
        EdgeKey key = all.get(i).key();
        out.sample(
            "mamparo_requests_total",
            totals.get(i)[outcome],
            "from",
            key.from(),
            "to",
            key.to(),
            "kind",
            key.kind().label(),
            "outcome",
            Outcome.of(outcome).label());
      }
    }
    out.family(
        "mamparo_request_duration_seconds",
        "histogram",
        "Time from a request's first byte to the end of its answer, by edge.");
    for (int i = 0; i < all.size(); i++) {
      EdgeKey key = all.get(i).key();
      out.histogram(
          "mamparo_request_duration_seconds",
          EdgeCell.bucketCounts(totals.get(i)),
          EdgeCell.bucketLabels(),
          totals.get(i)[EdgeCell.SUM_NANOS] / 1e9,
          labels(key));
    }
    each(
        "mamparo_retries_total",
        "counter",
        "Tries beyond the first, by edge.",
        all,
        e -> e.totals()[EdgeCell.RETRIES]);
    each(
        "mamparo_requests_in_flight",
        "gauge",
        "Requests on their way, by edge.",
        all,
        e -> e.probe().inFlight());
    each(
        "mamparo_breaker_open",
        "gauge",
        "State of the edge's breaker: 0 closed, 0.5 half-open, 1 open.",
        all,
        PrometheusPage::breaker);
  }

  private void each(
      String name, String type, String help, List<EdgeState> all, ToDoubleFunction<EdgeState> of) {
    out.family(name, type, help);
    for (EdgeState edge : all) {
      out.sample(name, of.applyAsDouble(edge), labels(edge.key()));
    }
  }

  private static double breaker(EdgeState edge) {
    return switch (edge.probe().breaker()) {
      case "open" -> 1;
      case "half-open" -> 0.5;
      default -> 0;
    };
  }

  private static Labels labels(EdgeKey key) {
    return new Labels(
        List.of("from", "to", "kind"), List.of(key.from(), key.to(), key.kind().label()));
  }

  void statements(Map<StatementOwner, StatementTable> tables) {
    statements(
        "mamparo_statement_kinds",
        "gauge",
        "Kinds of statements that are told apart, by database and service.",
        tables,
        StatementTable::size);
    statements(
        "mamparo_statement_evictions_total",
        "counter",
        "Kinds of statements that made room for others: where the limit bites.",
        tables,
        StatementTable::evictions);
    statements(
        "mamparo_statement_refusals_total",
        "counter",
        "Statements that were counted as other because the table was full.",
        tables,
        StatementTable::refusals);
  }

  private void statements(
      String name,
      String type,
      String help,
      Map<StatementOwner, StatementTable> tables,
      ToLongFunction<StatementTable> of) {
    out.family(name, type, help);
    tables.forEach(
        (owner, table) ->
            out.sample(
                name,
                of.applyAsLong(table),
                "database",
                owner.database(),
                "service",
                owner.service() == null ? "" : owner.service()));
  }

  void levels(List<SloStatus> statuses) {
    level("mamparo_slo_objective_ratio", "What is promised.", statuses, s -> s.spec().objective());
    level(
        "mamparo_slo_events_in_window",
        "Events in the promise's window.",
        statuses,
        SloStatus::total);
    level(
        "mamparo_slo_good_events_in_window",
        "Good events in the promise's window.",
        statuses,
        SloStatus::good);
    level(
        "mamparo_slo_budget_remaining_ratio",
        "Share of the error budget that is left; less than 0 is overspent.",
        statuses,
        s -> s.budget().remaining());
    out.family("mamparo_slo_burn_rate", "gauge", "How fast the budget burns; 1 spends it exactly.");
    for (SloStatus status : statuses) {
      for (SloStatus.Burn burn : status.burn()) {
        Double rate = burn.longBurn();
        if (rate != null) {
          out.sample("mamparo_slo_burn_rate", rate, burnLabels(status, burn));
        }
      }
    }
    out.family("mamparo_slo_alert_firing", "gauge", "1 while the burn-rate alert fires.");
    for (SloStatus status : statuses) {
      for (SloStatus.Burn burn : status.burn()) {
        out.sample("mamparo_slo_alert_firing", burn.firing() ? 1 : 0, burnLabels(status, burn));
      }
    }
  }

  private void level(
      String name, String help, List<SloStatus> statuses, ToDoubleFunction<SloStatus> of) {
    out.family(name, "gauge", help);
    for (SloStatus status : statuses) {
      out.sample(
          name,
          of.applyAsDouble(status),
          "service",
          status.spec().service(),
          "slo",
          status.spec().kind().label());
    }
  }

  private static Labels burnLabels(SloStatus status, SloStatus.Burn burn) {
    return new Labels(
        List.of("service", "slo", "severity", "window"),
        List.of(
            status.spec().service(),
            status.spec().kind().label(),
            burn.severity(),
            burn.longSeconds() / 3600 + "h"));
  }

  void families(Families families) {
    for (CounterFamily family : families.counters()) {
      out.family(family.name(), "counter", family.help());
      new TreeMap<>(family.children())
          .forEach((labels, counter) -> counter(family, labels, counter.value()));
    }
    for (GaugeFamily family : families.gauges()) {
      out.family(family.name(), "gauge", family.help());
      new TreeMap<>(family.children())
          .forEach((labels, value) -> gauge(family.name(), labels, value));
    }
  }

  private void counter(CounterFamily family, Labels labels, long value) {
    if (family.time()) {
      out.sample(family.name(), value / 1e9, labels);
    } else {
      out.sample(family.name(), value, labels);
    }
  }

  /** A gauge of a plane that fails must not take the page with it. */
  private void gauge(String name, Labels labels, DoubleSupplier value) {
    double now;
    try {
      now = value.getAsDouble();
    } catch (RuntimeException e) {
      return;
    }
    out.sample(name, now, labels);
  }

  void storage(Map<String, Partitions> kinds) {
    storage("bytes", "gauge", "Bytes of the past that is kept.", kinds, Partitions::bytes);
    storage("partitions", "gauge", "Tables of the past.", kinds, Partitions::count);
    storage(
        "dropped_for_age_total",
        "counter",
        "Tables dropped because they were too old.",
        kinds,
        Partitions::droppedForAge);
    storage(
        "dropped_for_size_total",
        "counter",
        "Tables dropped because there was too much: where the limit bites.",
        kinds,
        Partitions::droppedForSize);
  }

  private void storage(
      String what,
      String type,
      String help,
      Map<String, Partitions> kinds,
      ToDoubleFunction<Partitions> of) {
    String name = "mamparo_telemetry_storage_" + what;
    out.family(name, type, help);
    kinds.forEach((kind, parts) -> out.sample(name, of.applyAsDouble(parts), "of", kind));
  }

  void process(int loops, Edges edges) {
    out.single("mamparo_event_loops", "gauge", "Event loops of the data planes.", loops);
    out.single(
        "mamparo_telemetry_edges", "gauge", "Edges that are told apart.", edges.all().size());
    out.single(
        "mamparo_telemetry_edges_refused_total",
        "counter",
        "Edges that are counted as other: where the limit bites.",
        edges.refused());
    ProcessMetrics.write(out);
  }
}
