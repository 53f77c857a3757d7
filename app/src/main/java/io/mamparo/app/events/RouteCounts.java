package io.mamparo.app.events;

import io.mamparo.mesh.RequestRecord;
import io.mamparo.telemetry.Counter;
import io.mamparo.telemetry.CounterFamily;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.Telemetry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rate, errors and duration of each route, by the service and the version that answered: what a
 * canary is judged by. Called on the loops; allocates nothing once a combination is known, of which
 * {@value #MOST} are told apart.
 */
final class RouteCounts {
  static final int MOST = 300;

  private final CounterFamily requests;
  private final CounterFamily failures;
  private final CounterFamily nanos;
  private volatile Map<String, Map<String, Map<String, Counts>>> known = Map.of();
  private int size; // guarded by this
  private @Nullable Counts other; // guarded by this

  private record Counts(Counter requests, Counter failures, Counter nanos) {}

  RouteCounts(Telemetry telemetry) {
    String[] labels = {"route", "service", "version"};
    requests =
        telemetry.counters(
            "mamparo_mesh_route_requests_total", "Requests of a route, by version.", labels);
    failures =
        telemetry.counters(
            "mamparo_mesh_route_failures_total",
            "Requests of a route that failed (5xx or no answer), by version.",
            labels);
    nanos =
        telemetry.counters(
            "mamparo_mesh_route_duration_seconds_total",
            "Time that requests of a route took, by version.",
            labels);
  }

  void count(RequestRecord request, Outcome outcome) {
    String route = request.route();
    String service = request.service();
    if (route == null || service == null) {
      return;
    }
    String version = request.version() == null ? "" : request.version();
    Counts counts = find(route, service, version);
    counts.requests().add(request.loop(), 1);
    counts.nanos().add(request.loop(), Math.max(0, request.durationNanos()));
    if (outcome.failed()) {
      counts.failures().add(request.loop(), 1);
    }
  }

  private Counts find(String route, String service, String version) {
    Map<String, Map<String, Counts>> services = known.get(route);
    Map<String, Counts> versions = services == null ? null : services.get(service);
    Counts counts = versions == null ? null : versions.get(version);
    return counts != null ? counts : add(route, service, version);
  }

  private synchronized Counts add(String route, String service, String version) {
    if (size >= MOST) {
      Counts rest = other == null ? make("other", "other", "other") : other;
      other = rest;
      return rest;
    }
    Map<String, Map<String, Map<String, Counts>>> next = new HashMap<>(known);
    Map<String, Map<String, Counts>> services = new HashMap<>(next.getOrDefault(route, Map.of()));
    Map<String, Counts> versions = new HashMap<>(services.getOrDefault(service, Map.of()));
    Counts made = versions.get(version);
    if (made == null) {
      made = make(route, service, version);
      versions.put(version, made);
      size++;
    }
    services.put(service, versions);
    next.put(route, services);
    known = next;
    return made;
  }

  private Counts make(String route, String service, String version) {
    return new Counts(
        requests.with(route, service, version),
        failures.with(route, service, version),
        nanos.with(route, service, version));
  }
}
