package io.mamparo.app.events;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RequestRecord;
import io.mamparo.telemetry.Names;
import io.mamparo.telemetry.Outcome;
import io.mamparo.telemetry.SpanAttribute;
import io.mamparo.telemetry.SpanKind;
import io.mamparo.telemetry.SpanWriter;
import io.mamparo.telemetry.Telemetry;

/**
 * A finished hop as a span: the callee's work, with the caller as its peer. Called on the loops;
 * allocates only for what is likely to be kept.
 */
final class HttpSpans {
  private final Telemetry telemetry;
  private final Names names;
  private final SpanNames requests;

  HttpSpans(Telemetry telemetry) {
    this.telemetry = telemetry;
    names = telemetry.names();
    requests = new SpanNames(names);
  }

  void write(RequestRecord request, String caller, Outcome outcome) {
    String service = request.service();
    String route = request.route();
    String template = request.template();
    String what = template != null ? template : route != null ? route : "no route";
    int from = names.handle(caller);
    SpanWriter span =
        telemetry
            .spans(request.loop())
            .begin(request.traceHigh(), request.traceLow(), request.span(), request.parentSpan())
            .named(
                SpanKind.SERVER,
                service == null ? from : names.handle(service),
                requests.of(request.method(), what),
                from)
            .took(request.startEpochNanos(), request.durationNanos())
            .status(request.status());
    boolean ingress = request.caller().equals(Nodes.INGRESS) || caller.equals(Nodes.VISITOR);
    if (ingress || !request.traced()) {
      span.entry(from);
    }
    if (request.sampled()) {
      if (request.traced()) {
        span.callerSampled();
      } else {
        span.headSampled();
      }
    }
    boolean failed = outcome.failed();
    if (failed) {
      span.error();
    }
    details(request, span);
    if (failed || request.sampled()) {
      span.text(request.path());
    }
    span.end();
  }

  /**
   * A try that another one followed or outran, as a part of its hop: where it went, how it ended.
   * It is no error of the trace, for nobody has seen it.
   */
  void writeTry(RequestRecord attempt, String caller) {
    String service = attempt.service();
    if (service == null) {
      return;
    }
    long id = attempt.span() ^ (attempt.tries() * 0x9e3779b97f4a7c15L);
    String route = attempt.route();
    SpanWriter span =
        telemetry
            .spans(attempt.loop())
            .begin(attempt.traceHigh(), attempt.traceLow(), id == 0 ? 1 : id, attempt.span())
            .named(
                SpanKind.CLIENT,
                names.handle(caller),
                requests.of(
                    attempt.calledOff() ? "called-off try of" : "failed try of",
                    route == null ? service : route),
                names.handle(service))
            .took(attempt.startEpochNanos(), attempt.durationNanos())
            .status(attempt.status());
    span.attribute(SpanAttribute.TRIES, attempt.tries());
    if (attempt.hedge()) {
      span.attribute(SpanAttribute.HEDGE, 1);
    }
    if (attempt.calledOff()) {
      span.attribute(SpanAttribute.CALLED_OFF, 1);
    }
    String endpoint = attempt.endpoint();
    if (endpoint != null) {
      span.attribute(SpanAttribute.ENDPOINT, names.handle(endpoint));
    }
    if (attempt.reason() != Reason.NONE) {
      span.attribute(SpanAttribute.REASON, names.handle(attempt.reason().text()));
    }
    span.end();
  }

  private void details(RequestRecord request, SpanWriter span) {
    if (request.tries() > 1) {
      span.attribute(SpanAttribute.TRIES, request.tries());
    }
    if (request.hedge()) {
      span.attribute(SpanAttribute.HEDGE, 1);
    }
    String endpoint = request.endpoint();
    if (endpoint != null) {
      span.attribute(SpanAttribute.ENDPOINT, names.handle(endpoint));
    }
    if (request.reason() != Reason.NONE) {
      span.attribute(SpanAttribute.REASON, names.handle(request.reason().text()));
    }
    if (request.firstByteNanos() >= 0) {
      span.attribute(SpanAttribute.FIRST_BYTE_MICROS, request.firstByteNanos() / 1_000);
    }
    span.attribute(SpanAttribute.RESPONSE_BYTES, request.responseBytes());
  }
}
