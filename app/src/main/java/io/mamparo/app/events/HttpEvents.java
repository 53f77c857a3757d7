package io.mamparo.app.events;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RequestListener;
import io.mamparo.mesh.RequestRecord;
import io.mamparo.telemetry.Counter;
import io.mamparo.telemetry.CounterFamily;
import io.mamparo.telemetry.EdgeKind;
import io.mamparo.telemetry.EdgeProbe;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.Telemetry;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;

/** Counts what the mesh tells. Called on the loops; neither blocks nor allocates. */
public final class HttpEvents implements RequestListener {
  private final EdgeTable edges;
  private final HttpSpans spans;
  private final UnderWay underWay;
  private final RouteCounts routes;
  private final Map<Reason, Counter> reasons = new EnumMap<>(Reason.class);

  public HttpEvents(Telemetry telemetry, BiFunction<String, String, EdgeProbe> probes, int loops) {
    underWay = new UnderWay(loops);
    edges = new EdgeTable(telemetry, EdgeKind.HTTP, probes);
    spans = new HttpSpans(telemetry);
    routes = new RouteCounts(telemetry);
    CounterFamily family =
        telemetry.counters(
            "mamparo_mesh_own_answers_total",
            "Requests that the mesh answered or ended itself, by reason.",
            "reason");
    for (Reason reason : Reason.values()) {
      if (reason != Reason.NONE) {
        reasons.put(reason, family.with(reason.text()));
      }
    }
  }

  @Override
  public void onRequest(RequestRecord request) {
    Reason reason = request.reason();
    Counter own = reasons.get(reason);
    if (own != null) {
      own.add(request.loop(), 1);
    }
    String caller = caller(request);
    Outcome outcome = outcome(reason, request.status());
    routes.count(request, outcome);
    String service = request.service();
    if (service != null) {
      edges.of(caller, service).record(request.loop(), outcome, request.durationNanos());
    }
    spans.write(request, caller, outcome);
  }

  @Override
  public void onTry(RequestRecord attempt) {
    String service = attempt.service();
    if (service != null) {
      String caller = caller(attempt);
      edges.of(caller, service).retried(attempt.loop());
      spans.writeTry(attempt, caller);
    }
  }

  @Override
  public void onEnter(RequestRecord request) {
    String service = request.service();
    if (service != null) {
      underWay.enter(
          request.loop(), service, request.traceHigh(), request.traceLow(), request.span());
    }
  }

  @Override
  public void onLeave(RequestRecord request) {
    String service = request.service();
    if (service != null) {
      underWay.leave(
          request.loop(), service, request.traceHigh(), request.traceLow(), request.span());
    }
  }

  /** What services are working on. */
  UnderWay underWay() {
    return underWay;
  }

  private static String caller(RequestRecord request) {
    return request.visitor() && request.caller().equals(Nodes.INGRESS)
        ? Nodes.VISITOR
        : request.caller();
  }

  static Outcome outcome(Reason reason, int status) {
    return switch (reason) {
      case NONE, FAULT_ABORT -> Outcome.ofHttpStatus(status);
      case CLIENT_GONE -> Outcome.ABANDONED;
      case BULKHEAD_FULL, BREAKER_OPEN, TOO_MANY_CONNECTIONS, DRAINING, SHED, RATE_LIMITED ->
          Outcome.REFUSED;
      case TRY_TIMEOUT, DEADLINE -> Outcome.TIMEOUT;
      case BAD_REQUEST, HEAD_TIMEOUT, NO_ROUTE, BODY_TIMEOUT, NOT_ALLOWED, NO_TOKEN ->
          Outcome.CLIENT_ERROR;
      case NO_HEALTHY_ENDPOINT, NO_CONNECTION, CONNECTION_LOST, BAD_RESPONSE, RESPONSE_CUT ->
          Outcome.SERVER_ERROR;
    };
  }

  /** After nodes were taken off the map. */
  public void forget() {
    edges.clear();
  }
}
