package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.choose.RouteTable;
import io.mamparo.mesh.defend.Edge;
import io.mamparo.resilience.Deadline;
import io.mamparo.wire.http.Ascii;
import io.mamparo.wire.http.Field;
import io.mamparo.wire.http.Fields;
import org.jspecify.annotations.Nullable;

/** The stages from a request's head to its place in the bulkhead. Owned by one loop. */
final class Admission {
  static final String VISITOR = "visitor";
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
    RouteTable.Route route = plan.routes.match(x.request);
    if (route == null) {
      return settlement.refuse(x, Reason.NO_ROUTE);
    }
    x.route = route.id();
    x.template = route.template();
    return goTo(x, plan, route.target(loop.random.nextInt(route.total())), null);
  }

  private boolean goTo(Exchange x, Plan plan, int service, @Nullable Edge edge) {
    Plan.Target target = plan.targets.get(service);
    x.service = target.plan();
    x.balancer = loop.balancers[service];
    x.edge = edge != null ? edge : x.visitor ? target.visitor() : target.ingress();
    if (!x.trace.decided) {
      x.trace.sampled =
          loop.sampler.sample(x.caller, target.plan().name(), x.trace.low, loop.index);
    }
    return true;
  }

  /** Until when: the service's time-out, or the caller's deadline if that is earlier. */
  boolean deadline(Exchange x) {
    x.deadline = Deadline.after(x.startNanos, x.plan().timeoutNanos);
    Fields fields = x.request.fields();
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
    if (!x.plan().state.bulkhead().enter(loop.index)) {
      return settlement.refuse(x, Reason.BULKHEAD_FULL);
    }
    x.entered = true;
    Edge edge = x.theEdge();
    edge.inFlight().add(loop.index, 1);
    x.budget = edge.budget();
    x.budget.onRequest(loop.index, x.startNanos);
    loop.listener.onEnter(x);
    x.holding = x.request.hasBody() && x.plan().attempts > 1 && safe(x);
    return true;
  }

  /** Whether it may be tried again although the service may have acted on it. */
  static boolean safe(Exchange x) {
    return x.plan().safe(x.request.method().name())
        || x.request.fields().has(Field.IDEMPOTENCY_KEY);
  }
}
