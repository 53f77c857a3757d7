package io.mamparo.app.fault;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.life.Life;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.mamparo.mesh.Fault;
import io.mamparo.model.ServiceSpec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The faults that are in force, each under an id; at most {@value #MOST}. A fault that is over in a
 * moment (kill) gets an id too, and ending it does nothing. Safe for use by several threads.
 */
public final class FaultBoard implements AutoCloseable {
  /** At once. */
  public static final int MOST = 64;

  private static final Logger LOG = System.getLogger(FaultBoard.class.getName());

  private final Life life;
  private final Clock clock;
  private final Map<String, InForce> all = new LinkedHashMap<>();
  private int last;

  /** {@code timer} ends it when nobody else has; null when nothing does. */
  private record InForce(FaultRequest request, long since, Runnable end, @Nullable Thread timer) {}

  public FaultBoard(Life life, Clock clock) {
    this.life = life;
    this.clock = clock;
  }

  /**
   * Breaks something; for as long as its member {@code for} says, if it has one, so that a fault
   * does not outlast who asked for it.
   *
   * @return the id under which it is mended
   * @throws Problem when there is no such thing
   */
  public synchronized String add(ObjectNode body) {
    FaultRequest request = FaultRequest.parse(body);
    Duration lasting = FaultRequest.lasting(body);
    if (all.size() >= MOST) {
      throw new Problem("faults", MOST + " are in force", "end some of them first");
    }
    String id = "f" + ++last;
    Runnable end = begin(request, id);
    LOG.log(Level.WARNING, "fault " + id + " begins: " + request.kind() + " " + request.target());
    if (end != null) {
      Thread timer = lasting == null ? null : Thread.startVirtualThread(() -> end(id, lasting));
      all.put(id, new InForce(request, clock.epochNanos() / 1_000_000_000L, end, timer));
    }
    return id;
  }

  private void end(String id, Duration after) {
    try {
      Thread.sleep(after);
      remove(id);
    } catch (InterruptedException e) {
      // It has been ended.
    }
  }

  private @Nullable Runnable begin(FaultRequest request, String id) {
    switch (request) {
      case FaultRequest.KillReplica kill -> {
        replica(kill.service(), kill.replica());
        life.services().kill(kill.service(), kill.replica());
        return null;
      }
      case FaultRequest.StopReplica stop -> {
        replica(stop.service(), stop.replica());
        return life.services().pause(stop.service(), stop.replica())::close;
      }
      case FaultRequest.SlowReplica slow -> {
        String endpoint = replica(slow.service(), slow.replica()).instance();
        return mesh(id, new Fault.SlowEndpoint(slow.service(), endpoint, slow.delay()));
      }
      case FaultRequest.KillDatabase kill -> {
        life.databases().managed(kill.database()).kill();
        return null;
      }
      case FaultRequest.StopDatabase stop -> {
        return life.databases().managed(stop.database()).pause()::close;
      }
      case FaultRequest.SlowDatabase slow -> {
        return life.databases().managed(slow.database()).slow(share(slow.delay()))::close;
      }
      case FaultRequest.Delay delay -> {
        edge(delay.from(), delay.to());
        return mesh(id, new Fault.Delay(delay.from(), delay.to(), delay.delay(), delay.share()));
      }
      case FaultRequest.Abort abort -> {
        edge(abort.from(), abort.to());
        return mesh(id, new Fault.Abort(abort.from(), abort.to(), abort.status(), abort.share()));
      }
      case FaultRequest.ExhaustPool exhaust -> {
        return new PoolHog(life, exhaust.service(), exhaust.hold())::close;
      }
    }
  }

  /**
   * A database that is stopped and continued in turns of 100 ms answers a statement after about
   * {@code delay} on average when it runs for this share of the time.
   */
  static double share(Duration delay) {
    return Math.clamp(50.0 / (50.0 + delay.toMillis()), 0.02, 0.95);
  }

  private Runnable mesh(String id, Fault fault) {
    life.mesh().faults().put(id, fault);
    return () -> life.mesh().faults().remove(id);
  }

  private ReplicaStatus replica(String service, int index) {
    return life.services().status().stream()
        .filter(s -> s.name().equals(service))
        .map(ServiceStatus::replicas)
        .flatMap(replicas -> replicas.stream().filter(r -> r.replica() == index))
        .max(Comparator.comparingLong(ReplicaStatus::sinceEpochMillis))
        .orElseThrow(
            () ->
                new Problem(
                    "service " + service,
                    "there is no replica " + index,
                    "see mamparo status; replicas count from 0"));
  }

  private void edge(String from, String to) {
    Map<String, ServiceSpec> services = life.observe().stack().services();
    if (!services.containsKey(to)) {
      throw new Problem("service " + to, "there is none of that name", "see mamparo status");
    }
    boolean known =
        from.equals("*")
            || from.equals("ingress")
            || from.equals("visitor")
            || services.containsKey(from);
    if (!known) {
      throw new Problem(
          "service " + from, "there is none of that name", "name a service, ingress or *");
    }
  }

  /** Ends one; false when there is none of that id. */
  public synchronized boolean remove(String id) {
    InForce fault = all.remove(id);
    if (fault == null) {
      return id.matches("f\\d{1,9}") && Integer.parseInt(id.substring(1)) <= last;
    }
    if (fault.timer() != null && fault.timer() != Thread.currentThread()) {
      fault.timer().interrupt();
    }
    fault.end().run();
    LOG.log(Level.WARNING, "fault " + id + " ends");
    return true;
  }

  /** Ends all. */
  public synchronized void clear() {
    for (String id : all.keySet().toArray(new String[0])) {
      remove(id);
    }
  }

  /** For the overview. */
  public synchronized ArrayNode list() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    all.forEach(
        (id, fault) ->
            list.addObject()
                .put("id", id)
                .put("kind", fault.request().kind())
                .put("target", fault.request().target())
                .put("since", fault.since()));
    return list;
  }

  @Override
  public void close() {
    clear();
  }
}
