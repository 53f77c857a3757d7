package io.mamparo.mesh.exchange;

import io.mamparo.mesh.Fault;
import io.mamparo.mesh.Reason;
import io.mamparo.mesh.defend.Balancer;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.FaultRules;
import io.mamparo.resilience.Deadline;
import io.mamparo.resilience.breaker.Breaker;
import io.mamparo.wire.http.Fields;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/** The stages of one try, from the breaker to the bytes on their way. Owned by one loop. */
final class Attempt {
  /**
   * Of a body that no connection takes yet, so much is kept before the client is no longer read.
   */
  private static final int WAITING = 64 * 1024;

  private final MeshLoop loop;
  private final Settlement settlement;
  private final RequestPath path;
  private final Connector connector;

  Attempt(MeshLoop loop, Settlement settlement, RequestPath path) {
    this.loop = loop;
    this.settlement = settlement;
    this.path = path;
    connector = new Connector(loop, path);
  }

  /** Whether the edge's calls are let through. A retry has its permit already. */
  boolean breaker(Exchange x) {
    Breaker breaker = x.theEdge().breaker();
    if (breaker == null || x.permit >= 0) {
      return true;
    }
    x.permit = breaker.acquire(loop.index, loop.now());
    return x.permit >= 0 || settlement.refuse(x, Reason.BREAKER_OPEN);
  }

  /** To which endpoint. */
  boolean balance(Exchange x) {
    int picked = x.theBalancer().pick(loop.random, x.tried, x.user, loop.now());
    if (picked == Balancer.NONE) {
      return settlement.refuse(x, Reason.NO_HEALTHY_ENDPOINT);
    }
    EndpointState endpoint = x.plan().endpoint(picked);
    x.endpoint = endpoint;
    x.version = x.plan().version(picked);
    x.tried |= picked < Long.SIZE ? 1L << picked : 0;
    endpoint.inFlight().add(loop.index, 1);
    x.counting = true;
    return true;
  }

  /** Until when this try may take. */
  boolean clock(Exchange x) {
    x.tries++;
    x.ticket++;
    x.wait = 0;
    x.phase = Exchange.Phase.CONNECTING;
    x.tryStart = x.tries == 1 ? x.startNanos : loop.now();
    x.tryDeadline = Deadline.ofTry(x.deadline, x.policy().perTryNanos, x.tryStart);
    loop.timers.set(x.timer, x.tryDeadline);
    x.pair.number = x.tries;
    x.pair.hedged = false;
    if (x.pair.budget != null && !x.pair.sent) {
      Hedges.arm(x);
    }
    return true;
  }

  /** What is broken on purpose. */
  boolean fault(Exchange x) {
    Map<String, Fault> faults = loop.faults.all();
    return (faults.isEmpty() && !x.plan().faults.any()) || inject(x, faults);
  }

  private boolean inject(Exchange x, Map<String, Fault> faults) {
    FaultRules own = x.plan().faults;
    Fields fields = Pair.request(x).request.fields();
    int status = own.status(x.caller, fields, loop.random);
    if (status != 0) {
      path.aborted(x, status);
      return false;
    }
    long delay = own.delay(x.caller, fields, loop.random);
    for (Fault fault : faults.values()) {
      switch (fault) {
        case Fault.Abort abort -> {
          if (meant(x, abort.from(), abort.to()) && loop.random.nextDouble() < abort.share()) {
            path.aborted(x, abort.status());
            return false;
          }
        }
        case Fault.Delay slow -> {
          boolean hit = meant(x, slow.from(), slow.to());
          delay += hit && loop.random.nextDouble() < slow.share() ? slow.delay().toNanos() : 0;
        }
        case Fault.SlowEndpoint slow -> {
          boolean hit = slow.service().equals(x.service()) && slow.endpoint().equals(x.endpoint());
          delay += hit ? slow.delay().toNanos() : 0;
        }
      }
    }
    if (delay > 0) {
      x.phase = Exchange.Phase.DELAYED;
      loop.timers.set(x.timer, Deadline.ofTry(x.tryDeadline, delay, loop.now()));
    }
    return delay == 0;
  }

  private static boolean meant(Exchange x, String from, String to) {
    return to.equals(x.service()) && (from.equals(Fault.ANY) || from.equals(x.caller));
  }

  /** A connection of this loop, now or later. */
  boolean connection(Exchange x) {
    x.phase = Exchange.Phase.CONNECTING;
    loop.timers.set(x.timer, x.tryDeadline);
    Pool pool = loop.pool(java.util.Objects.requireNonNull(x.endpoint));
    if (x.plan().http2()) {
      UpstreamStreams shared = pool.shared();
      x.reused = shared != null;
      if (shared != null) {
        shared.open(x);
        return true;
      }
      connector.connect(x, pool);
      return false;
    }
    UpstreamConnection idle = pool.borrow(!Admission.safe(Pair.request(x)), x.tryStart);
    x.reused = idle != null;
    if (idle != null) {
      idle.attach(x);
      return true;
    }
    connector.connect(x, pool);
    return false;
  }

  /** Makes a new connection, to the same endpoint, in place of a kept one that is lost. */
  void reconnect(Exchange x) {
    x.theEdge().reconnects().add(loop.index, 1);
    x.ticket++;
    x.phase = Exchange.Phase.CONNECTING;
    x.reused = false;
    connector.connect(x, loop.pool(java.util.Objects.requireNonNull(x.endpoint)));
  }

  /** Head and what there is of the body. */
  void send(Exchange side) {
    side.phase = Exchange.Phase.SENT;
    Upstream c = side.upstream();
    Exchange x = Pair.request(side);
    ByteBuf held = x.held;
    head(x, side, c, x.requestDone && held == null);
    if (held == null) {
      return;
    }
    if (x.holding) {
      ByteBuf copy = loop.alloc.directBuffer(held.readableBytes());
      c.data(x, copy.writeBytes(held, held.readerIndex(), held.readableBytes()), x.requestDone);
    } else {
      x.held = null;
      c.data(x, held, x.requestDone);
    }
    x.client().reading(true);
  }

  /** The head says how long this very try may take. */
  private static void head(Exchange x, Exchange side, Upstream c, boolean end) {
    long start = x.tryStart;
    long until = x.tryDeadline;
    x.tryStart = side.tryStart;
    x.tryDeadline = side.tryDeadline;
    c.head(x, end);
    x.tryStart = start;
    x.tryDeadline = until;
  }

  /** A part of the body. Owns {@code part}. */
  void data(Exchange x, ByteBuf part, boolean done) {
    x.requestDone = done;
    x.requestBytes += part.readableBytes();
    Upstream c = x.upstream;
    if (c == null) {
      hold(x, part);
      part.release();
      if (x.held != null && x.held.readableBytes() >= WAITING) {
        x.client().reading(false);
      }
      return;
    }
    if (x.holding) {
      hold(x, part);
    }
    c.data(x, part, done);
    if (!c.writable()) {
      c.flush();
      x.client().reading(c.writable());
    }
  }

  /** Keeps a copy: the buffers that bodies come in are much larger than a slow client's parts. */
  private void hold(Exchange x, ByteBuf part) {
    ByteBuf held = x.held;
    int length = (held == null ? 0 : held.readableBytes()) + part.readableBytes();
    if (length > x.policy().replayBytes) {
      x.holding = false;
      if (x.upstream != null) {
        // All of it has been sent, and there will be no other try.
        Settlement.dropHeld(x);
        return;
      }
    }
    if (held == null) {
      if (!part.isReadable()) {
        return;
      }
      held = loop.alloc.directBuffer(part.readableBytes());
      x.held = held;
    }
    held.writeBytes(part, part.readerIndex(), part.readableBytes());
  }
}
