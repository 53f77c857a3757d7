package io.mamparo.compute;

import io.mamparo.compute.proc.ExitWatch;
import io.mamparo.compute.proc.Launch;
import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The process of one replica. Used by the threads of its supervisor; {@link #use} by any.
 *
 * <p>What belongs to it is its session and whatever carries its mark in the environment, so that a
 * grandchild that left the session is found too.
 */
final class ServiceWorkload implements Workload {
  /** {@code stack/service/replica/instance}, in the environment of every process. */
  static final String MARK = "MAMPARO_INSTANCE";

  private static final Duration LOOK = Duration.ofMillis(10);

  /** What it needs to know. */
  record Identity(String stack, String service, int replica, String instance, String revision) {
    String mark() {
      return stack + "/" + service + "/" + replica + "/" + instance;
    }
  }

  /** Drains a replica; see {@link ReplicaListener#drain}. */
  @FunctionalInterface
  interface Drain {
    void now() throws InterruptedException;
  }

  private final Identity identity;
  private final Path log;
  private final String host;
  private final ProcessRecords records;
  private final PortAllocator ports;
  private final @Nullable Integer fixedPort;
  private final @Nullable ProcessTemplate template;
  private final Duration grace;
  private final Drain drain;
  private volatile HealthCheck health;
  private int port;
  private long logStart;

  /**
   * Starts nothing.
   *
   * @param template null when it was adopted and what it runs is not known any more
   * @param port it listens on already, or 0
   */
  ServiceWorkload(
      Identity identity,
      Path log,
      String host,
      ProcessRecords records,
      PortAllocator ports,
      @Nullable Integer fixedPort,
      @Nullable ProcessTemplate template,
      HealthCheck health,
      Duration grace,
      Drain drain,
      int port) {
    this.identity = identity;
    this.log = log;
    this.host = host;
    this.records = records;
    this.ports = ports;
    this.fixedPort = fixedPort;
    this.template = template;
    this.grace = grace;
    this.drain = drain;
    this.port = port;
    this.health = health;
  }

  void use(HealthCheck other) {
    health = other;
  }

  @Override
  public Running launch() throws Launch.Impossible {
    if (template == null) {
      throw new Launch.Impossible("ended, and what it ran is not known any more");
    }
    port = choosePort();
    ProcessSpec spec = template.at(identity.replica(), port);
    Map<String, Optional<String>> env = new HashMap<>();
    env.put("PORT", Optional.of(Integer.toString(port)));
    spec.env().forEach((name, value) -> env.put(name, Optional.of(value)));
    env.put(MARK, Optional.of(identity.mark()));
    logStart = size(log);
    Launch.Child child = Launch.start(spec.argv(), env, spec.directory(), log);
    remember(child);
    return new Running(child.pid(), child.startTicks(), port, child.exit());
  }

  /** A process that is not on record is not there: the next Mamparo could not find it. */
  private void remember(Launch.Child child) throws Launch.Impossible {
    try {
      records.put(
          new ProcessRecord(
              ProcessRecord.Kind.SERVICE,
              identity.service(),
              identity.replica(),
              identity.instance(),
              identity.revision(),
              child.pid(),
              child.startTicks(),
              ProcFs.bootId(),
              host,
              port));
    } catch (RuntimeException e) {
      Processes.signalGroup(child.pid(), Signal.KILL);
      throw new Launch.Impossible("cannot be remembered: " + e.getMessage());
    }
  }

  private int choosePort() throws Launch.Impossible {
    if (fixedPort != null) {
      if (!PortAllocator.free(fixedPort)) {
        throw new Launch.Impossible(
            "its port "
                + fixedPort
                + " is in use"
                + Doctor.owner(fixedPort).map(owner -> " by " + owner).orElse(""));
      }
      return fixedPort;
    }
    if (port != 0 && PortAllocator.free(port)) {
      return port;
    }
    OptionalInt free = ports.take();
    return free.orElseThrow(() -> new Launch.Impossible("there is no free port"));
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** A process that a former Mamparo started. */
  static Running found(ProcessRecord record) {
    CompletableFuture<@Nullable Integer> exit =
        ExitWatch.ended(record.pid(), record.startTicks()).thenApply(_ -> null);
    return new Running(record.pid(), record.startTicks(), record.port(), exit);
  }

  @Override
  public @Nullable String check(Running running, Duration timeout) {
    InetSocketAddress to = new InetSocketAddress(host, running.port());
    return HttpCheck.ask(to, host + ":" + running.port(), health, timeout, null);
  }

  @Override
  public void drain() throws InterruptedException {
    drain.now();
  }

  @Override
  public void terminate(Running running) {
    Processes.signalGroup(running.pid(), Signal.TERM);
    // A process that was stopped sees SIGTERM only when it is continued.
    Processes.signalGroup(running.pid(), Signal.CONT);
  }

  @Override
  public void kill(Running running) {
    Processes.signalGroup(running.pid(), Signal.KILL);
    Processes.signal(family(running), Signal.KILL);
  }

  /** Everything that belongs to a process of this replica. */
  List<ProcFs.Stat> family(Running running) {
    return Processes.family(running.pid(), running.startTicks(), MARK, identity.mark());
  }

  @Override
  public void sweep(Running running) {
    List<ProcFs.Stat> left = family(running);
    Processes.signal(left, Signal.TERM);
    Processes.signal(left, Signal.CONT);
    long end = System.nanoTime() + grace.toNanos();
    while (!left.isEmpty() && System.nanoTime() - end < 0 && pause()) {
      left = left.stream().filter(p -> ProcFs.alive(p.pid(), p.startTicks())).toList();
    }
    Processes.signal(left.isEmpty() ? List.of() : family(running), Signal.KILL);
    records.remove(identity.instance());
  }

  private static boolean pause() {
    try {
      Thread.sleep(LOOK);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String obituary(@Nullable Integer exit) {
    return Obituary.of(exit, Obituary.lastWords(log, logStart));
  }
}
