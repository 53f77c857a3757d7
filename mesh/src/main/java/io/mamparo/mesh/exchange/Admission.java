package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RouteRules.Priority;
import io.mamparo.mesh.choose.Affinity;
import io.mamparo.mesh.choose.Route;
import io.mamparo.mesh.defend.Edge;
import io.mamparo.mesh.defend.Gate;
import io.mamparo.mesh.defend.TryPolicy;
import io.mamparo.resilience.Deadline;
import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import org.jspecify.annotations.Nullable;

/** The stages from a request's head to its place in the bulkhead. Owned by one loop. */
final class Admission {
  private static final byte[] AUTHORIZATION = "authorization".getBytes(US_ASCII);
  private static final byte[] BEARER = "bearer ".getBytes(US_ASCII);
  static final String VISITOR = "visitor";
  private static final String INGRESS = "ingress";
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final MeshLoop loop;
  private final Settlement settlement;

  Admission(MeshLoop loop, Settlement settlement) {
    this.loop = loop;
    this.settlement = settlement;
  }

  /** When it began. */
  boolean clock(Exchange x) {
    x.phase = Exchange.Phase.ADMITTING;
    x.startNanos = loop.now();
    x.startEpoch = loop.clock.epochNanos();
    x.requestBytes = x.request.length();
    x.call.yes = Grpc.call(x.request.fields());
    return true;
  }

  /** Whose trace it belongs to. */
  boolean trace(Exchange x) {
    x.trace.adopt(x.request.fields(), loop.random, x.startEpoch);
    return true;
  }

  /** Who calls, and where it goes. */
  boolean route(Exchange x) {
    Plan plan = loop.plan;
    Plan.Entry entry = plan.entry(x.client().slot());
    if (entry == null) {
      return settlement.refuse(x, Reason.DRAINING);
    }
    x.caller = entry.caller();
    Edge edge = entry.edge();
    if (edge != null) {
      x.route = entry.id();
      return goTo(x, plan, entry.service(), edge);
    }
    x.outside = true;
    x.visitor = x.request.fields().has(Field.X_MAMPARO_VISITOR) && x.client().loopback();
    if (x.visitor) {
      x.caller = VISITOR;
    }
    Route route = plan.routes.match(x.request);
    if (route == null) {
      return settlement.refuse(x, Reason.NO_ROUTE);
    }
    x.route = route.id();
    x.template = route.template();
    x.rule = route;
    String elsewhere = route.location(x.request);
    if (elsewhere != null) {
      return settlement.redirect(x, route.rules().redirect(), elsewhere);
    }
    boolean goesOn = goTo(x, plan, route.target(ticket(x, route)), null);
    route.rewrite(x.request, loop.writer);
    return goesOn;
  }

  /** Which of the route's targets: at random, or always the same for a user. */
  private int ticket(Exchange x, Route route) {
    Affinity affinity = route.affinity;
    if (affinity == null) {
      return loop.random.nextInt(route.total());
    }
    long user = affinity.of(x.request, x.client().address());
    if (user == Affinity.NONE && affinity.issues()) {
      x.issued = loop.random.nextLong() | 1;
      x.issuedBy = affinity;
      user = affinity.ofIssued(x.issued);
    }
    return user == Affinity.NONE
        ? loop.random.nextInt(route.total())
        : (int) Long.remainderUnsigned(user, route.total());
  }

  private boolean goTo(Exchange x, Plan plan, int service, @Nullable Edge edge) {
    Plan.Target target = plan.targets.get(service);
    x.service = target.plan();
    x.policy = x.rule == null ? target.plan().tries : plan.rules(x.rule).tries()[service];
    x.balancer = loop.balancers[service];
    x.edge = edge != null ? edge : x.visitor ? target.visitor() : target.ingress();
    Affinity affinity = target.plan().affinity;
    if (affinity != null) {
      x.user = affinity.of(x.request, x.client().address());
      if (x.user == Affinity.NONE && affinity.issues()) {
        x.issued = loop.random.nextLong() | 1;
        x.issuedBy = affinity;
        x.user = affinity.ofIssued(x.issued);
      }
    }
    if (!x.trace.decided) {
      x.trace.sampled =
          loop.sampler.sample(x.caller, target.plan().name(), x.trace.low, loop.index);
    }
    return true;
  }

  /** Whether it carries a good token, where the route wants one. */
  boolean token(Exchange x) {
    Route rule = x.rule;
    if (rule == null || !rule.rules().token()) {
      return true;
    }
    Fields fields = x.request.fields();
    for (int i = 0; i < fields.count(); i++) {
      if (fields.named(i, AUTHORIZATION)) {
        int from = fields.valueStart(i);
        int to = fields.valueEnd(i);
        boolean bearer =
            to - from > BEARER.length
                && Ascii.same(fields.bytes(), from, from + BEARER.length, BEARER);
        String wrong =
            bearer
                ? loop.tokens.check(fields.bytes(), from + BEARER.length, to)
                : "Authorization is no Bearer token";
        return wrong == null
            || settlement.refuse(x, Reason.NO_TOKEN, Reason.NO_TOKEN.status(), wrong);
      }
    }
    return settlement.refuse(
        x, Reason.NO_TOKEN, Reason.NO_TOKEN.status(), "there is no Authorization");
  }

  /** Whether the caller may do this. */
  boolean access(Exchange x) {
    String caller = x.visitor ? INGRESS : x.caller;
    return switch (x.plan().access.judge(caller, x.request)) {
      case ALLOWED -> true;
      case WOULD_DENY -> {
        x.wouldDeny = true;
        x.theEdge().wouldDeny().add(loop.index, 1);
        yield true;
      }
      case DENIED -> {
        x.theEdge().denied().add(loop.index, 1);
        yield settlement.refuse(x, Reason.NOT_ALLOWED);
      }
    };
  }

  /** Whether the route's limit leaves a token. */
  boolean limit(Exchange x) {
    Route rule = x.rule;
    Plan.Rules rules = rule == null ? null : loop.plan.rules(rule);
    if (rules == null || rules.limit() == null) {
      return true;
    }
    Affinity by = rules.by();
    long key = by == null ? Affinity.NONE : by.of(x.request, x.client().address());
    x.wait = rules.limit().take(key, x.startNanos);
    x.burst = rules.limit().burst();
    return x.wait == 0 || settlement.refuse(x, Reason.RATE_LIMITED);
  }

  /** Until when: the service's time-out, or the caller's deadline if that is earlier. */
  boolean deadline(Exchange x) {
    x.deadline = Deadline.after(x.startNanos, x.policy().timeoutNanos);
    Fields fields = x.request.fields();
    long call = x.call.yes ? Grpc.timeout(fields) : Grpc.NONE;
    if (call >= 0) {
      long callers = Deadline.after(x.startNanos, call);
      x.call.deadline = true;
      x.deadline = callers;
    }
    if (!fields.has(Field.X_REQUEST_DEADLINE)) {
      return true;
    }
    int i = fields.first(Field.X_REQUEST_DEADLINE);
    long millis = Ascii.decimal(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
    if (millis == 0) {
      return settlement.refuse(x, Reason.DEADLINE);
    }
    if (millis > 0 && millis < Integer.MAX_VALUE) {
      long callers = Deadline.after(x.startNanos, millis * NANOS_PER_MILLI);
      x.deadline = Deadline.earlier(x.deadline, callers);
    }
    return true;
  }

  /** Whether the service has room. */
  boolean bulkhead(Exchange x) {
    Gate gate = x.plan().state.gate();
    Priority priority = x.rule == null ? Priority.NORMAL : x.rule.rules().priority();
    if (!gate.enter(loop.index, priority)) {
      boolean shed = priority == Priority.LOW;
      return settlement.refuse(x, shed ? Reason.SHED : Reason.BULKHEAD_FULL);
    }
    x.gate = gate;
    x.entered = true;
    Edge edge = x.theEdge();
    edge.inFlight().add(loop.index, 1);
    x.budget = edge.budget();
    x.budget.onRequest(loop.index, x.startNanos);
    loop.listener.onEnter(x.record);
    x.mirrored = x.rule != null && loop.mirror.wants(x.rule);
    TryPolicy policy = x.policy();
    boolean hedge = policy.hedge.on() && !x.request.upgrade() && safe(x);
    x.holding = x.request.hasBody() && (x.mirrored || hedge || (policy.attempts > 1 && safe(x)));
    if (hedge) {
      x.pair.budget = edge.hedging().budget();
      x.pair.budget.onRequest(loop.index, x.startNanos);
    }
    return true;
  }

  /** Whether it may be tried again although the service may have acted on it. */
  static boolean safe(Exchange x) {
    return x.policy().safe(x.request.method().name())
        || x.request.fields().has(Field.IDEMPOTENCY_KEY);
  }
}
