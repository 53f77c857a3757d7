package io.mamparo.compute;

import io.mamparo.compute.Rollout.Change;
import io.mamparo.compute.Rollout.Decision;
import io.mamparo.compute.Rollout.Desired;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a stack's services. Safe for use by several threads; what is to be done is
 * decided and begun on one virtual thread, again after every event, and each replica is supervised
 * by another.
 *
 * <p>Every replica's output goes to {@code SERVICE-REPLICA.log}; an old and a new instance of a
 * replica share it while a service is updated.
 */
public final class Services implements AutoCloseable {
  /** Processes of a stack at most. */
  public static final int MAX_PROCESSES = 1_000;

  private static final Logger LOG = System.getLogger(Services.class.getName());

  /** Decided again after this long even if nothing happened. */
  private static final long ROUND = Duration.ofMillis(500).toNanos();

  /** How long the callers of a service wait for it, when all is started. */
  private static final long PATIENCE = Duration.ofSeconds(30).toNanos();

  /**
   * What services need.
   *
   * @param stack identifies this stack among all on the machine, and stays the same from one start
   *     of Mamparo to the next; every process carries it in {@code MAMPARO_INSTANCE}
   * @param logs directory of the log files, absolute
   * @param host replicas listen on
   * @param ready whether a name of {@link ServicePlan#after} that is no service here, such as a
   *     database, is ready; asked often, must be quick
   */
  public record Config(
      String stack,
      Path logs,
      String host,
      ProcessRecords records,
      ReplicaListener listener,
      Predicate<String> ready,
      Clock clock,
      RandomGenerator random) {
    public Config {
      Checks.name(stack);
      Checks.that(logs.isAbsolute(), "the logs' directory must be absolute");
    }
  }

  private final Config config;
  private final InstanceFactory factory;
  private final LogKeeper keeper = new LogKeeper();
  private final Faults faults = new Faults();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Instance> instances = new ArrayList<>();
  private final Map<String, Plan> plans = new TreeMap<>();
  private final Map<String, String> waiting = new HashMap<>();
  private final Thread thread;
  private List<ProcessRecord> found;
  private List<Set<String>> waves = List.of();
  private long changes;
  private boolean closed;
  private boolean stopping;

  /** A plan, what its replicas run, and since when it waits to be started. */
  private record Plan(ServicePlan plan, List<String> revisions, long since) {
    Desired desired() {
      return new Desired(plan.replicas(), plan.fixedPort() != null, revisions::get);
    }
  }

  private Services(Config config, List<ProcessRecord> found) {
    this.config = config;
    this.found = found;
    factory = new InstanceFactory(config, this::changed);
    thread = Thread.ofVirtual().name("services").unstarted(this::run);
  }

  /** Finds what a former Mamparo started for this stack; starts nothing. */
  public static Services open(Config config) {
    PrivateFiles.directory(config.logs());
    Services services = new Services(config, Adoption.find(config));
    services.thread.start();
    return services;
  }

  /**
   * Makes this what is desired and returns at once; services that are not among the plans are
   * stopped. What is to be done is decided again on every event.
   *
   * @throws Problem when there would be too many processes
   */
  public void apply(Collection<ServicePlan> desired) {
    if (desired.stream().mapToInt(ServicePlan::replicas).sum() > MAX_PROCESSES) {
      throw new Problem(
          "stack", "has more than " + MAX_PROCESSES + " processes", "Lower some replicas");
    }
    lock.lock();
    try {
      if (stopping || closed) {
        return;
      }
      plans.clear();
      long now = config.clock().nanos();
      for (ServicePlan plan : desired) {
        plans.put(plan.name(), new Plan(plan, factory.revisions(plan), now));
      }
      waves =
          StartOrder.waves(
              desired.stream().collect(Collectors.toMap(ServicePlan::name, ServicePlan::after)));
      adopt();
      checkAsPlanned();
      wakeLocked();
    } finally {
      lock.unlock();
    }
  }

  private void adopt() {
    for (ProcessRecord record : found) {
      Plan plan = plans.get(record.name());
      boolean same =
          plan != null
              && record.replica() < plan.revisions().size()
              && plan.revisions().get(record.replica()).equals(record.revision());
      LOG.log(
          Level.INFO,
          "{0}-{1}: found running, pid {2}{3}",
          record.name(),
          record.replica(),
          Long.toString(record.pid()),
          same ? "" : ", to be replaced");
      instances.add(factory.adopt(record, plan == null ? null : plan.plan(), same));
    }
    found = List.of();
  }

  private void checkAsPlanned() {
    for (Instance instance : instances) {
      Plan plan = plans.get(instance.service());
      if (plan != null) {
        instance.use(plan.plan().health());
        keeper.keep(factory.log(instance.service(), instance.replica()), plan.plan().logs());
      }
    }
  }

  /** Decides again, for instance because a database became ready. */
  public void wake() {
    lock.lock();
    try {
      wakeLocked();
    } finally {
      lock.unlock();
    }
  }

  private void wakeLocked() {
    changes++;
    changed.signalAll();
  }

  private void changed(ReplicaStatus status) {
    config.listener().changed(status);
    wake();
  }

  private void run() {
    lock.lock();
    try {
      long seen = -1;
      while (!closed) {
        if (seen == changes) {
          changed.awaitNanos(ROUND);
        }
        seen = changes;
        round();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void round() {
    if (instances.removeIf(Instance::gone)) {
      changed.signalAll();
    }
    if (stopping || closed) {
      return;
    }
    waiting.clear();
    Set<String> names = new TreeSet<>(plans.keySet());
    instances.forEach(instance -> names.add(instance.service()));
    for (String name : names) {
      try {
        decide(name);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "service " + name + ": cannot be brought to what is desired", e);
        waiting.put(name, "an unexpected failure, see Mamparo's log");
      }
    }
  }

  private void decide(String name) {
    Plan plan = plans.get(name);
    List<Instance> mine = of(name);
    if (plan == null) {
      mine.forEach(instance -> instance.supervisor().stop());
      return;
    }
    if (mine.isEmpty()) {
      String missing = missing(plan);
      if (missing != null) {
        waiting.put(name, "waits for " + missing);
        return;
      }
    }
    Decision decision =
        Rollout.decide(plan.desired(), mine.stream().map(Instance::observed).toList());
    if (decision.waiting() != null) {
      waiting.put(name, decision.waiting());
    }
    decision.changes().forEach(change -> carryOut(plan, mine, change));
  }

  /** A name this service should come after, and that is not ready; null when there is none. */
  private @Nullable String missing(Plan plan) {
    for (String name : new TreeSet<>(plan.plan().after())) {
      Plan other = plans.get(name);
      if (other == null ? !config.ready().test(name) : holdsBack(other, plan)) {
        return name;
      }
    }
    return null;
  }

  /** Whether {@code plan} has to wait for a service: not in a circle, and not for ever. */
  private boolean holdsBack(Plan other, Plan plan) {
    if (wave(other.plan().name()) >= wave(plan.plan().name()) || other.plan().replicas() == 0) {
      return false;
    }
    List<Instance> theirs = of(other.plan().name());
    return theirs.stream().noneMatch(i -> i.state() == ReplicaState.HEALTHY)
        && theirs.stream().noneMatch(i -> i.state() == ReplicaState.CRASH_LOOPING)
        && config.clock().nanos() - plan.since() < PATIENCE;
  }

  private int wave(String name) {
    for (int i = 0; i < waves.size(); i++) {
      if (waves.get(i).contains(name)) {
        return i;
      }
    }
    return -1;
  }

  private void carryOut(Plan plan, List<Instance> mine, Change change) {
    switch (change) {
      case Change.Start start -> {
        int replica = start.replica();
        keeper.keep(factory.log(plan.plan().name(), replica), plan.plan().logs());
        instances.add(factory.start(plan.plan(), replica, plan.revisions().get(replica)));
      }
      case Change.Stop stop ->
          mine.stream()
              .filter(instance -> instance.id().equals(stop.instance()))
              .forEach(instance -> instance.supervisor().stop());
    }
  }

  private List<Instance> of(String service) {
    return instances.stream()
        .filter(instance -> instance.service().equals(service))
        .sorted(Comparator.comparingInt(Instance::replica).thenComparing(Instance::id))
        .toList();
  }

  /** All services that are desired or still have a replica, by name. */
  public List<ServiceStatus> status() {
    lock.lock();
    try {
      Set<String> names = new TreeSet<>(plans.keySet());
      instances.forEach(instance -> names.add(instance.service()));
      return names.stream().map(this::status).toList();
    } finally {
      lock.unlock();
    }
  }

  private ServiceStatus status(String name) {
    Plan plan = plans.get(name);
    List<Instance> mine = of(name).stream().filter(instance -> !instance.gone()).toList();
    return Readiness.of(
        name, plan == null ? null : plan.desired(), mine, waiting.get(name), stopping);
  }

  /**
   * Waits until every service is ready.
   *
   * @return false when {@code atMost} has passed before
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (!status().stream().allMatch(ServiceStatus::ready)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The current log files of a service, by replica; see {@link LogTail}. */
  public List<Path> logs(String service) {
    return factory.logs(service);
  }

  /** Drains and stops everything, callers before what they call; returns when nothing is left. */
  public void stop() throws InterruptedException {
    faults.close();
    lock.lock();
    try {
      stopping = true;
      adopt();
    } finally {
      lock.unlock();
    }
    for (Set<String> wave : waves.reversed()) {
      stop(instance -> wave.contains(instance.service()));
    }
    stop(_ -> true);
    Adoption.sweep(config, Set.of());
  }

  private void stop(Predicate<Instance> which) throws InterruptedException {
    List<Instance> these;
    lock.lock();
    try {
      these = instances.stream().filter(which).toList();
    } finally {
      lock.unlock();
    }
    these.forEach(instance -> instance.supervisor().stop());
    for (Instance instance : these) {
      while (!instance.supervisor().awaitDone(Duration.ofSeconds(10))) {
        LOG.log(Level.WARNING, "{0}: still stopping", instance);
      }
    }
  }

  /**
   * Sends SIGKILL to a replica's processes; it is restarted like any that ended by itself.
   *
   * @throws Problem when there is no such replica
   */
  public void kill(String service, int replica) {
    find(service, replica).kill();
  }

  /**
   * Stops a replica's processes with SIGSTOP; closing continues them.
   *
   * @throws Problem when there is no such replica
   */
  public Fault pause(String service, int replica) {
    return faults.pause(find(service, replica)::processes);
  }

  /**
   * Lets a replica's processes run only a part of the time, by stopping and continuing them.
   *
   * @param share of time they run, above 0 and below 1
   * @throws Problem when there is no such replica
   */
  public Fault slow(String service, int replica, double share) {
    return faults.slow(find(service, replica)::processes, share);
  }

  private Instance find(String service, int replica) {
    lock.lock();
    try {
      return of(service).stream()
          .filter(instance -> instance.replica() == replica && !instance.state().leaving())
          .max(Comparator.comparing(instance -> instance.state() == ReplicaState.HEALTHY))
          .orElseThrow(
              () ->
                  new Problem(
                      "service " + service,
                      "has no running replica " + replica,
                      "See mamparo status for those it has"));
    } finally {
      lock.unlock();
    }
  }

  /** Lets go: leaves every process running, to be found again by the next {@link #open}. */
  @Override
  public void close() {
    faults.close();
    keeper.close();
    List<Instance> all;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      all = List.copyOf(instances);
      wakeLocked();
    } finally {
      lock.unlock();
    }
    try {
      for (Instance instance : all) {
        instance.supervisor().letGo();
      }
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
