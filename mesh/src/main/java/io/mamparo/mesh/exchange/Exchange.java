package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.accept.Timer;
import io.mamparo.mesh.begin.TraceContext;
import io.mamparo.mesh.choose.Affinity;
import io.mamparo.mesh.choose.Route;
import io.mamparo.mesh.defend.Balancer;
import io.mamparo.mesh.defend.Edge;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.Gate;
import io.mamparo.mesh.defend.ServicePlan;
import io.mamparo.mesh.defend.TryPolicy;
import io.mamparo.resilience.retry.RetryBudget;
import io.mamparo.wire.http.Body;
import io.mamparo.wire.http.RequestHead;
import io.mamparo.wire.http.ResponseHead;
import io.mamparo.wire.http.Trailer;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: what the stages of {@link RequestPath} know of it. Owned by one loop,
 * which uses it again for another request.
 *
 * <pre>
 *   IDLE ─ first byte → READING ─ head → ADMITTING ──→ BACKOFF ─┐
 *    ↑                                     │  ↑ try failed      │ time
 *    │                                     │  └─────────────┐   │
 *    │             ┌ injected delay ─ DELAYED ─ time ─┐     │   │
 *    │             │                                  ↓     │   │
 *    │             └──── breaker, endpoint ───→ CONNECTING ─┤←──┘
 *    │                                                ↓     │
 *    │                                              SENT ───┘
 *    │                                                ↓ head of the answer
 *    └──────── last byte ────────── RESPONDING ←──────┤
 *    └──────── either side closes ── TUNNEL ←─────────┘ 101
 * </pre>
 *
 * <p>From DELAYED, CONNECTING or SENT on a second try may be under way, which is an exchange of its
 * own and goes the same way up to its answer's head; {@link Pair} knows of both.
 */
final class Exchange {
  enum Phase {
    IDLE,
    READING,
    ADMITTING,
    BACKOFF,
    DELAYED,
    CONNECTING,
    SENT,
    RESPONDING,
    TUNNEL
  }

  final MeshLoop loop;
  final RequestHead request = new RequestHead();
  final Body requestBody = new Body();
  ResponseHead response = new ResponseHead();
  Body responseBody = new Body();
  final Trailer requestTrailer = new Trailer();
  Trailer responseTrailer = new Trailer();
  final GrpcCall call = new GrpcCall();
  final TraceContext trace = new TraceContext();
  final Timer timer;
  final Pair pair = new Pair(this);
  final ExchangeRecord record = new ExchangeRecord(this);

  Phase phase = Phase.IDLE;

  /** Rises with every try, so that what comes late can be told. */
  long ticket;

  @Nullable Downstream client;
  @Nullable Upstream upstream;

  String caller = "";
  @Nullable String route;
  @Nullable String template;
  @Nullable ServicePlan service;

  /** The ingress' rule that it follows; null for an edge. */
  @Nullable Route rule;

  /** How long it may take and when it is tried again; null before it is routed. */
  @Nullable TryPolicy policy;

  /** The value of a cookie that the answer is to set; 0 for none. */
  long issued;

  /** Whose cookie that is. */
  @Nullable Affinity issuedBy;

  /** What tells its user when an endpoint is chosen. */
  long user;

  /** What it holds a place in. */
  @Nullable Gate gate;

  /** When another request is worth while, in nanoseconds from now; 0 when that is not known. */
  long wait;

  /** How many requests the limit allows at once that refused this one. */
  int burst;

  /** Whether a copy of it is to be sent. */
  boolean mirrored;

  /** Whether no rule allows it although it goes on. */
  boolean wouldDeny;

  @Nullable Edge edge;
  @Nullable Balancer balancer;
  @Nullable RetryBudget budget;
  @Nullable EndpointState endpoint;
  @Nullable String version;
  boolean visitor;

  /** Whether it came in through the ingress. */
  boolean outside;

  /** Whether it holds a place in the bulkhead and counts in its edge. */
  boolean entered;

  /** Whether the try's connection has served others before. */
  boolean reused;

  /** Whether its endpoint counts it as under way. */
  boolean counting;

  /** Whether its record has been told. */
  boolean told;

  /** The breaker's permit of this try, or -1. */
  long permit = -1;

  /** Whether this try is a retry that the budget has granted. */
  boolean retrying;

  boolean budgetSpent;

  /** Endpoints tried, as bits. */
  long tried;

  int tries;
  long startNanos;
  long startEpoch;
  long tryStart;
  long deadline;
  long tryDeadline;
  long firstByte;
  long endNanos;
  long requestBytes;
  long responseBytes;
  int status;
  Reason reason = Reason.NONE;

  /** Whether all of the request has arrived. */
  boolean requestDone;

  /** Whether what arrives of the body is kept for another try. */
  boolean holding;

  @Nullable ByteBuf held;

  /** Whether the answer's body must be freed from its chunks, which the client does not know. */
  boolean unchunk;

  /** Whether the answer's body must be put into chunks, because nobody knows how long it is. */
  boolean chunk;

  /** Whether nothing follows the answer's head. */
  boolean bodiless;

  /** Whether the client's connection must end with this answer. */
  boolean last;

  Exchange(MeshLoop loop) {
    this.loop = loop;
    timer = new Timer(now -> loop.path.ring(this, now));
  }

  void begin(Downstream by) {
    client = by;
    phase = Phase.READING;
  }

  /** Forgets the request. What it held must have been given back. */
  void reset() {
    ticket++;
    phase = Phase.IDLE;
    request.reset();
    response.reset();
    requestTrailer.reset();
    responseTrailer.reset();
    trace.reset();
    pair.reset();
    client = null;
    upstream = null;
    caller = "";
    route = null;
    template = null;
    service = null;
    rule = null;
    policy = null;
    issued = 0;
    issuedBy = null;
    user = Affinity.NONE;
    gate = null;
    wait = 0;
    burst = 0;
    mirrored = false;
    wouldDeny = false;
    edge = null;
    balancer = null;
    budget = null;
    endpoint = null;
    version = null;
    visitor = false;
    outside = false;
    entered = false;
    counting = false;
    reused = false;
    told = false;
    permit = -1;
    retrying = false;
    budgetSpent = false;
    tried = 0;
    tries = 0;
    firstByte = -1;
    requestBytes = 0;
    responseBytes = 0;
    status = 0;
    reason = Reason.NONE;
    requestDone = false;
    holding = false;
    unchunk = false;
    chunk = false;
    call.reset();
    bodiless = false;
    last = false;
  }

  Downstream client() {
    return Objects.requireNonNull(client);
  }

  Upstream upstream() {
    return Objects.requireNonNull(upstream);
  }

  ServicePlan plan() {
    return Objects.requireNonNull(service);
  }

  TryPolicy policy() {
    return Objects.requireNonNull(policy);
  }

  Edge theEdge() {
    return Objects.requireNonNull(edge);
  }

  Balancer theBalancer() {
    return Objects.requireNonNull(balancer);
  }

  /** Whether nothing of an answer has gone to the client. */
  boolean unanswered() {
    return phase != Phase.RESPONDING && phase != Phase.TUNNEL && phase != Phase.IDLE;
  }

  /** The name of its service; null before it is routed. */
  @Nullable String service() {
    return service == null ? null : service.name();
  }

  /** The endpoint that it was sent to last. */
  @Nullable String endpoint() {
    return endpoint == null ? null : endpoint.id();
  }
}
