package io.mamparo.mesh;

import io.mamparo.kernel.Clock;
import io.mamparo.mesh.accept.Door;
import io.mamparo.mesh.choose.RouteTable;
import io.mamparo.mesh.defend.Edge;
import io.mamparo.mesh.defend.RouteLimits;
import io.mamparo.mesh.defend.ServicePlan;
import io.mamparo.mesh.defend.ServiceState;
import io.mamparo.mesh.exchange.MeshLoop;
import io.mamparo.mesh.exchange.Plan;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.outlier.OutlierListener;
import io.mamparo.wire.net.Loops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The mesh: every HTTP request of the stack goes through it. Safe for use by several threads; the
 * requests themselves run on the loops.
 */
public final class Mesh implements AutoCloseable {
  private static final String INGRESS = "ingress";
  private static final String VISITOR = "visitor";

  private final Loops loops;
  private final Clock clock;
  private final Listeners listeners;
  private final Faults faults = new Faults();
  private final RouteLimits limits = new RouteLimits();
  private final List<MeshLoop> parts = new ArrayList<>();
  private final Map<String, ServiceState> services = new HashMap<>();
  private volatile Map<String, Opened> doors = Map.of();
  private volatile Plan plan;
  private int slots;
  private boolean closed;

  /** A door and what it was opened for. */
  private record Opened(Door door, MeshConfig.Listener listener) {}

  /**
   * Who hears of what.
   *
   * @param seed of all randomness: balancing, weights, faults, jitter, trace ids
   */
  public record Listeners(
      RequestListener requests,
      HeadSampler sampler,
      BreakerListener breakers,
      OutlierListener outliers,
      long seed) {
    /** Nobody hears of anything; random seed. */
    public static Listeners none() {
      return new Listeners(
          RequestListener.NONE,
          HeadSampler.NEVER,
          BreakerListener.NONE,
          OutlierListener.NONE,
          new java.security.SecureRandom().nextLong());
    }

    /** The same, with somebody who hears of requests. */
    public Listeners withRequests(RequestListener to) {
      return new Listeners(to, sampler, breakers, outliers, seed);
    }
  }

  private Mesh(Loops loops, Clock clock, Listeners listeners) {
    this.loops = loops;
    this.clock = clock;
    this.listeners = listeners;
    plan =
        new Plan(
            MeshConfig.empty(), new RouteTable(List.of(), Map.of()), List.of(), Map.of(), limits);
    for (EventLoop loop : loops.all()) {
      parts.add(
          new MeshLoop(
              parts.size(),
              loop,
              loops.clientChannel(),
              clock,
              listeners.seed(),
              plan,
              listeners.requests(),
              listeners.sampler(),
              faults));
    }
  }

  /**
   * Begins to listen.
   *
   * @throws io.mamparo.kernel.Problem when an address cannot be listened on; nothing is left open
   */
  public static Mesh start(Loops loops, MeshConfig config, Clock clock, Listeners listeners) {
    Mesh mesh = new Mesh(loops, clock, listeners);
    mesh.apply(config);
    return mesh;
  }

  /**
   * Replaces the configuration as a whole. When it returns, new requests on all loops follow it;
   * requests under way are left alone. Blocks for some milliseconds: not for use on a loop.
   *
   * @throws io.mamparo.kernel.Problem when a new address cannot be listened on; the old
   *     configuration then holds
   */
  public synchronized void apply(MeshConfig config) {
    Map<String, Opened> next = open(config);
    List<Door> shut =
        doors.values().stream().map(Opened::door).filter(d -> !holds(next, d)).toList();
    Plan planned = plan(config, next);
    plan = planned;
    doors = Map.copyOf(next);
    next.values().forEach(o -> o.door().encrypt(o.listener().tls(), o.listener().plain()));
    onLoops(part -> part.adopt(planned));
    shut.forEach(Door::shut);
  }

  private static boolean holds(Map<String, Opened> all, Door door) {
    return all.values().stream().anyMatch(opened -> opened.door() == door);
  }

  /** Keeps the doors that stay and opens the new ones; closes those again if one cannot be. */
  private Map<String, Opened> open(MeshConfig config) {
    Map<String, Opened> next = new HashMap<>();
    List<Door> opened = new ArrayList<>();
    try {
      for (MeshConfig.Listener listener : config.listeners()) {
        Opened present = doors.get(listener.id());
        if (present != null && present.listener().address().equals(listener.address())) {
          next.put(listener.id(), new Opened(present.door(), listener));
        } else {
          Door door = new Door(listener.id(), slots++);
          door.encrypt(listener.tls(), listener.plain());
          door.opened(loops.listen(listener.address(), entrance(door)));
          opened.add(door);
          next.put(listener.id(), new Opened(door, listener));
        }
      }
      return next;
    } catch (RuntimeException e) {
      opened.forEach(Door::shut);
      throw e;
    }
  }

  private ChannelInitializer<Channel> entrance(Door door) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        for (MeshLoop part : parts) {
          if (part.eventLoop() == channel.eventLoop()) {
            part.accept(channel, door);
          }
        }
      }
    };
  }

  private Plan plan(MeshConfig config, Map<String, Opened> opened) {
    long now = clock.nanos();
    Map<String, Integer> indexes = new HashMap<>();
    List<Plan.Target> targets = new ArrayList<>();
    for (MeshConfig.Service service : config.services()) {
      ServiceState state = services.computeIfAbsent(service.name(), name -> stateOf(service));
      ServicePlan servicePlan = state.configure(service, now);
      indexes.put(service.name(), targets.size());
      Edge ingress = state.edge(INGRESS, service, now);
      targets.add(new Plan.Target(servicePlan, ingress, state.edge(VISITOR, service, now)));
    }
    services.keySet().stream()
        .filter(name -> !indexes.containsKey(name))
        .toList()
        .forEach(this::forget);
    Map<Integer, Plan.Entry> entries = new HashMap<>();
    opened.values().forEach(o -> entries.put(o.door().slot(), entry(o, targets, indexes, now)));
    limits.keep(config.routes());
    return new Plan(config, new RouteTable(config.routes(), indexes), targets, entries, limits);
  }

  private void forget(String service) {
    ServiceState state = services.remove(service);
    if (state != null) {
      state.removeAll();
    }
  }

  private ServiceState stateOf(MeshConfig.Service service) {
    return new ServiceState(
        service, parts.size(), listeners.seed(), listeners.breakers(), listeners.outliers());
  }

  private static Plan.Entry entry(
      Opened opened, List<Plan.Target> targets, Map<String, Integer> indexes, long now) {
    String id = opened.listener().id();
    return switch (opened.listener().kind()) {
      case MeshConfig.Kind.Ingress() -> new Plan.Entry(id, INGRESS, -1, null);
      case MeshConfig.Kind.Edge(String caller, String service) -> {
        int index = indexes.getOrDefault(service, -1);
        ServicePlan to = targets.get(index).plan();
        yield new Plan.Entry(id, caller, index, to.state.edge(caller, to.config, now));
      }
    };
  }

  private void onLoops(Consumer<MeshLoop> task) {
    CompletableFuture.allOf(
            parts.stream()
                .map(part -> CompletableFuture.runAsync(() -> task.accept(part), part.eventLoop()))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  /** The port of a listener; -1 when there is none with this id. */
  public int port(String listener) {
    Opened opened = doors.get(listener);
    return opened == null ? -1 : opened.door().port();
  }

  /** Checks tokens in another way; when it returns, new requests on all loops are. */
  public void check(TokenCheck by) {
    onLoops(part -> part.check(by));
  }

  /** The faults, which can be changed at any time. */
  public Faults faults() {
    return faults;
  }

  /** How things stand. Blocks nobody; may be called each second. */
  public MeshSnapshot observe() {
    long now = clock.nanos();
    Plan at = plan;
    return new MeshSnapshot(
        doors.values().stream().map(Opened::door).map(Mesh::snapshot).toList(),
        at.targets.stream().flatMap(t -> t.plan().state.edges(now).stream()).toList(),
        at.targets.stream().map(t -> t.plan().snapshot()).toList(),
        limits.snapshot());
  }

  private static MeshSnapshot.Listener snapshot(Door d) {
    return new MeshSnapshot.Listener(
        d.id(), d.port(), d.connections(), d.turnedAway(), d.limited());
  }

  /**
   * Stops listening, lets requests under way end, then closes every connection. Blocks until done,
   * at most {@code drain} and a little.
   */
  public synchronized void close(Duration drain) {
    if (closed) {
      return;
    }
    closed = true;
    doors.values().forEach(opened -> opened.door().shut());
    onLoops(MeshLoop::drain);
    long end = System.nanoTime() + drain.toNanos();
    try {
      while (active() > 0 && System.nanoTime() - end < 0) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    onLoops(MeshLoop::closeAll);
    doors = Map.of();
  }

  private int active() {
    int[] sum = new int[parts.size()];
    onLoops(part -> sum[parts.indexOf(part)] = part.active());
    int all = 0;
    for (int one : sum) {
      all += one;
    }
    return all;
  }

  /** Closes with a drain of five seconds. */
  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }
}
