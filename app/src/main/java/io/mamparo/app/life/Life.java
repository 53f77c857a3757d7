package io.mamparo.app.life;

import io.mamparo.app.plan.ComputePlan;
import io.mamparo.app.plan.DatabaseAccess;
import io.mamparo.app.plan.Encryption;
import io.mamparo.app.plan.MeshPlan;
import io.mamparo.app.plan.ProxyPlan;
import io.mamparo.app.tokens.Tokens;
import io.mamparo.compute.ReplicaListener;
import io.mamparo.compute.ServiceStatus;
import io.mamparo.compute.Services;
import io.mamparo.dbproxy.DatabaseProxy;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.mamparo.mesh.Mesh;
import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshSnapshot;
import io.mamparo.mesh.TokenCheck;
import io.mamparo.model.Defaults;
import io.mamparo.model.MeshSpec;
import io.mamparo.model.RouteSpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Source;
import io.mamparo.model.Stack;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is observed like what is desired. A thread of its own looks at every event, and once a
 * second; whoever submits a stack does so under the same lock, so that there is one writer.
 *
 * <p>Invariants: what is desired is on the disk before it is acted on; the planes' configurations
 * follow from the stack and what is observed alone, and are applied only when they differ; a
 * database is stopped only when no service that uses it is left.
 */
public final class Life implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Life.class.getName());
  private static final Duration INGRESS_DRAIN = Duration.ofSeconds(10);

  private final Surroundings around;
  private final Databases databases;
  private final DatabasePlane proxy;
  private final Mesh mesh;
  private final Services services;
  private final EndpointWatch endpoints;
  private final EndpointNames names;
  private final Visitor visitor = new Visitor(); // guarded by turn
  private final ReentrantLock turn = new ReentrantLock();
  private final Semaphore events = new Semaphore(1);
  private final Thread thread;

  private volatile Stack desired;
  private volatile Map<String, Integer> edgePorts = Map.of();
  private volatile MeshConfig meshApplied = MeshConfig.empty();
  private volatile Set<String> ready = Set.of();
  private volatile @Nullable String problem;
  private volatile boolean ending;
  private boolean ingressOpen = true; // guarded by turn
  private @Nullable Tokens tokens; // guarded by turn
  private final Clock clock = Clock.system();
  private Map<String, ServiceSpec> watched = Map.of(); // guarded by turn

  /**
   * What surrounds a stack's life.
   *
   * @param path the PATH of services
   * @param certificates of listeners and callers
   * @param changed told of the stack before and the one that is desired now
   */
  public record Surroundings(
      DataDirectory data,
      StateStore state,
      int portOffset,
      String path,
      RandomGenerator random,
      Certificates certificates,
      BiConsumer<Stack, Stack> changed) {}

  /** Makes the planes, which need to tell it what happens. */
  interface Planes {
    Databases databases(Runnable wake);

    DatabasePlane proxy();

    Mesh mesh();

    Services services(ReplicaListener listener, java.util.function.Predicate<String> ready);
  }

  Life(Surroundings around, Planes planes) {
    this.around = around;
    desired = Defaults.stack("none");
    databases = planes.databases(this::wake);
    proxy = planes.proxy();
    mesh = planes.mesh();
    services =
        planes.services(
            new Replicas(mesh::observe, () -> meshApplied, this::wake),
            name -> ready.contains(name));
    endpoints = new EndpointWatch(around.certificates()::forChecks, this::wake);
    names =
        new EndpointNames(
            new Dns(io.netty.resolver.dns.DnsServerAddressStreamProviders.platformDefault()),
            this::wake);
    thread = Thread.ofPlatform().name("life").daemon().unstarted(this::loop);
  }

  /** Begins to look at events. */
  public void start() {
    thread.start();
  }

  /** Something happened: look soon. */
  public void wake() {
    if (events.availablePermits() == 0) {
      events.release();
    }
  }

  private void loop() {
    while (!ending) {
      try {
        events.tryAcquire(1, TimeUnit.SECONDS);
        events.drainPermits();
        turn.lock();
        try {
          refresh();
        } finally {
          turn.unlock();
        }
        problem = null;
      } catch (Problem e) {
        String words = e.forUser();
        if (!words.equals(problem)) {
          LOG.log(Level.ERROR, words);
        }
        problem = words;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "keeping the stack as desired", e);
        problem = "something unexpected happened; see mamparo logs mamparo";
      }
    }
  }

  /**
   * Makes a stack what is desired, and returns what has to change; most of it goes on afterwards.
   *
   * @param source recorded before anything is done
   * @throws Problem when it cannot be; what was desired before then still is
   */
  public List<Change> submit(Stack stack, StateStore.Desired source) {
    turn.lock();
    try {
      Stack before = desired;
      Unsupported.check(stack);
      List<Change> changes = Decide.changes(before, stack);
      around.state().record(source, changes);
      changes.forEach(change -> LOG.log(Level.INFO, change.words()));
      try {
        carryOut(stack);
      } catch (Problem e) {
        if (!before.services().isEmpty() || !before.databases().isEmpty()) {
          carryOut(before);
        }
        throw e;
      }
      return changes;
    } finally {
      turn.unlock();
      wake();
    }
  }

  private void carryOut(Stack stack) {
    Map<String, Integer> ports =
        EdgePorts.choose(stack, around.state().ports(), edgePorts, around.random());
    around.state().ports(ports);
    edgePorts = ports;
    around.changed().accept(desired, stack);
    desired = stack;
    // Listeners first: a port that is taken is found before anything is started.
    refreshMesh();
    databases.start(stack);
    names.follow(stack);
    followTokens(stack.mesh().jwt());
    refresh();
    services.apply(
        ComputePlan.of(
            stack,
            new ComputePlan.Surroundings(
                databases.accesses(stack),
                ports,
                stack.proxy().listen().at(around.portOffset()),
                around.path(),
                ComputePlan.secured(stack))));
  }

  private void followTokens(MeshSpec.@Nullable Jwt wanted) {
    Tokens next = Tokens.follow(tokens, wanted, clock);
    if (next != tokens) {
      tokens = next;
      mesh.check(next == null ? TokenCheck.NONE : next.check());
    }
  }

  /** Under the lock. */
  private void refresh() {
    Map<String, DatabaseAccess> accesses = databases.accesses(desired);
    around.certificates().look();
    proxy.apply(
        ProxyPlan.of(
                desired,
                accesses,
                around.portOffset(),
                desired.databases().isEmpty()
                    ? Encryption.NONE
                    : around.certificates().forProxy(desired, around.portOffset()))
            .withAdmins(ProxyPlan.admins(accesses, around.data().token())));
    refreshMesh();
    Set<String> now = readyNames();
    if (!now.equals(ready)) {
      ready = now;
      services.wake();
    }
    stopUnused();
    if (ingressOpen && desired.routes().stream().allMatch(this::leadsSomewhere)) {
      visitor.visit(desired.visitors(), desired.ingress().listen().at(around.portOffset()));
    }
  }

  private boolean leadsSomewhere(RouteSpec route) {
    return route.to().stream().allMatch(target -> isReady(target.service()));
  }

  private boolean isReady(String service) {
    ServiceSpec spec = desired.services().get(service);
    boolean elsewhere = spec != null && spec.source() instanceof Source.Endpoints;
    return elsewhere || ready.contains(service);
  }

  private void refreshMesh() {
    Stack found = names.found(desired);
    if (!found.services().equals(watched)) {
      watched = found.services();
      endpoints.watch(found);
    }
    MeshConfig next =
        MeshPlan.of(
            found,
            services.status(),
            endpoints.answers(),
            edgePorts,
            around.portOffset(),
            ingressOpen,
            around.certificates().forMesh(desired));
    if (!next.equals(meshApplied)) {
      mesh.apply(next);
      meshApplied = next;
    }
  }

  /** What services may start after. */
  private Set<String> readyNames() {
    Set<String> names = new HashSet<>();
    for (String name : desired.databases().keySet()) {
      if (databases.ready(name)) {
        names.add(ComputePlan.DATABASE + name);
      }
    }
    for (ServiceStatus service : services.status()) {
      if (service.healthy() > 0) {
        names.add(service.name());
      }
    }
    return names;
  }

  /** Databases that are not desired, once no service that is not desired is left. */
  private void stopUnused() {
    Set<String> unused = new HashSet<>(databases.statuses().keySet());
    unused.removeAll(desired.databases().keySet());
    boolean leaving =
        services.status().stream().anyMatch(s -> !desired.services().containsKey(s.name()));
    if (!leaving) {
      for (String name : unused) {
        try {
          databases.stop(name);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** What is desired and observed now. */
  public Observed observe() {
    return new Observed(
        desired,
        databases.statuses(),
        services.status(),
        names.answers(endpoints.answers()),
        mesh.observe(),
        proxy.observe(),
        edgePorts,
        around.portOffset(),
        problem);
  }

  /** Who holds what at the database proxy. */
  public ProxyHolders holders() {
    return proxy.holders();
  }

  /** What has passed through the database proxy. */
  public List<ProxyTotals> totals() {
    return proxy.totals();
  }

  /** How databases are reached; secrets. */
  public Map<String, DatabaseAccess> accesses() {
    return databases.accesses(desired);
  }

  /** For faults. */
  public Databases databases() {
    return databases;
  }

  /**
   * For orders of the administrator.
   *
   * @throws Problem when the stack has no database
   */
  public DatabaseProxy databaseProxy() {
    return proxy.proxy();
  }

  /** For faults and logs. */
  public Services services() {
    return services;
  }

  /** For faults. */
  public Mesh mesh() {
    return mesh;
  }

  /** Drains and stops everything in order; returns when nothing is left. */
  public void stop() throws InterruptedException {
    turn.lock();
    try {
      visitor.close();
      ingressOpen = false;
      refreshMesh();
    } finally {
      turn.unlock();
    }
    awaitIdleIngress();
    services.stop();
    ending = true;
    thread.interrupt();
    thread.join();
    proxy.close();
    databases.stopAll();
    mesh.close(Duration.ZERO);
    endpoints.close();
    names.close();
  }

  /** Lets go of everything, leaving services and databases running. */
  @Override
  public void close() {
    ending = true;
    thread.interrupt();
    visitor.close();
    services.close();
    proxy.close();
    databases.close();
    mesh.close(Duration.ZERO);
    endpoints.close();
    names.close();
  }

  private void awaitIdleIngress() throws InterruptedException {
    long end = System.nanoTime() + INGRESS_DRAIN.toNanos();
    while (System.nanoTime() - end < 0 && mesh.observe().edges().stream().anyMatch(Life::busy)) {
      Thread.sleep(20);
    }
  }

  private static boolean busy(MeshSnapshot.Edge edge) {
    return edge.inFlight() > 0
        && (edge.caller().equals("ingress") || edge.caller().equals("visitor"));
  }
}
