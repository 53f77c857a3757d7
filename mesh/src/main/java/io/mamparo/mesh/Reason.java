package io.mamparo.mesh;

/**
 * Why a request did not simply get its service's answer. The text goes into the {@code
 * X-Mamparo-Reason} header, into records and metrics; it never changes once published.
 */
public enum Reason {
  /** The service answered. */
  NONE(0, "", "", ""),
  BAD_REQUEST(400, "bad-request", "the request breaks the rules of HTTP/1.1", "look at the client"),
  HEAD_TIMEOUT(408, "head-timeout", "the request's head did not arrive in time", "the client"),
  NO_ROUTE(404, "no-route", "no route matches", "look at routes: in the stack file"),
  TOO_MANY_CONNECTIONS(
      503, "too-many-connections", "the listener's connections are used up", "look at the clients"),
  RATE_LIMITED(
      429,
      "rate-limited",
      "more requests came than the route's limit: allows",
      "wait as Retry-After says, or look at limit: of the route"),
  NOT_ALLOWED(
      403,
      "not-allowed",
      "no allow: rule of the service lets this caller do this",
      "look at allow: of the service in the stack file"),
  NO_TOKEN(
      401,
      "no-token",
      "the route wants a token, and this one is not good",
      "look at the client's token and at mesh.jwt in the stack file"),
  SHED(
      503,
      "shed",
      "the service is nearly full, and requests of low priority give way",
      "look at the service's latency and replicas"),
  DRAINING(503, "draining", "the mesh is shutting down", "try again, on a new connection"),
  BULKHEAD_FULL(
      503,
      "bulkhead-full",
      "as many requests are in flight as concurrency: allows",
      "look at the service's latency and replicas"),
  BREAKER_OPEN(
      503,
      "breaker-open",
      "the breaker is open because too many calls failed or were slow",
      "look at the service's errors; it is probed again shortly"),
  NO_HEALTHY_ENDPOINT(
      503, "no-healthy-endpoint", "the service has no endpoint", "look at the service's replicas"),
  NO_CONNECTION(
      502,
      "no-connection",
      "no connection to an endpoint could be made",
      "look whether the service listens on its port"),
  CONNECTION_LOST(
      502,
      "connection-lost",
      "the endpoint closed the connection before it answered",
      "look at the service's log for a crash or a restart"),
  BAD_RESPONSE(
      502, "bad-response", "the endpoint's answer breaks the rules of HTTP/1.1", "the service"),
  RESPONSE_CUT(
      502, "response-cut", "the endpoint closed the connection within its answer", "the service"),
  TRY_TIMEOUT(
      504,
      "try-timeout",
      "no endpoint answered within per-try-timeout",
      "look at the service's latency"),
  DEADLINE(
      504,
      "deadline",
      "the time for the request is over",
      "look at the service's latency, at timeout: and at the caller's deadline"),
  FAULT_ABORT(0, "fault-abort", "a fault is being injected here", "look at the running faults"),
  BODY_TIMEOUT(
      408, "body-timeout", "the body or the reader of the answer stood still", "the client"),
  CLIENT_GONE(
      499, "client-gone", "the client closed the connection before the answer", "the client");

  private final int status;
  private final String text;
  private final String what;
  private final String lookAt;

  Reason(int status, String text, String what, String lookAt) {
    this.status = status;
    this.text = text;
    this.what = what;
    this.lookAt = lookAt;
  }

  /** The status the mesh answers or records with; 0 where it depends. */
  public int status() {
    return status;
  }

  /** In kebab case; empty for {@link #NONE}. */
  public String text() {
    return text;
  }

  /** What happened, for people. */
  public String what() {
    return what;
  }

  /** Where to look first, for people. */
  public String lookAt() {
    return lookAt;
  }
}
