package io.mamparo.compute;

import io.mamparo.compute.postgres.Cluster;
import io.mamparo.compute.postgres.Complaint;
import io.mamparo.compute.postgres.RunAs;
import io.mamparo.compute.proc.ExitWatch;
import io.mamparo.compute.proc.Launch;
import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The server of one database as something to supervise. Used by its supervisor's threads. */
final class PostgresWorkload implements Workload {
  private static final int LAST_LINES = 30;

  private final PostgresConfig config;
  private final Cluster cluster;
  private final ProcessRecords records;
  private final PortAllocator ports;
  private final String superuserPassword;
  private final PostgresSetup setup;
  private boolean asked;

  PostgresWorkload(
      PostgresConfig config,
      Cluster cluster,
      ProcessRecords records,
      PortAllocator ports,
      String superuserPassword,
      PostgresSetup setup) {
    this.config = config;
    this.cluster = cluster;
    this.records = records;
    this.ports = ports;
    this.superuserPassword = superuserPassword;
    this.setup = setup;
  }

  /** What the server is started with; a change needs a restart. */
  static String revision(PostgresConfig config) {
    return Revision.of(PostgresBinaries.VERSION + config.host() + settings(config));
  }

  private static Map<String, String> settings(PostgresConfig config) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("cluster_name", config.name());
    settings.put("max_connections", Integer.toString(config.maxConnections()));
    settings.put("shared_buffers", config.sharedBuffersMb() + "MB");
    settings.put("wal_level", "logical");
    settings.put("password_encryption", "scram-sha-256");
    settings.put("log_destination", "stderr");
    settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
    settings.put("log_checkpoints", "off");
    settings.put("max_wal_size", "512MB");
    return settings;
  }

  @Override
  public Running launch() throws Launch.Impossible {
    asked = false;
    RunAs runAs;
    Path binaries;
    try {
      runAs = RunAs.choose();
      binaries = PostgresBinaries.unpack(config.binaries());
    } catch (Problem e) {
      throw new Launch.Impossible(e.forUser());
    }
    cluster.initialise(binaries, runAs, superuserPassword);
    int port = choosePort();
    Launch.Child child = cluster.start(binaries, runAs, config.host(), port, settings(config));
    remember(child, port);
    return new Running(child.pid(), child.startTicks(), port, child.exit());
  }

  private void remember(Launch.Child child, int port) throws Launch.Impossible {
    try {
      records.put(
          new ProcessRecord(
              ProcessRecord.Kind.DATABASE,
              config.name(),
              0,
              instance(),
              revision(config),
              child.pid(),
              child.startTicks(),
              ProcFs.bootId(),
              config.host(),
              port));
    } catch (RuntimeException e) {
      Processes.signal(child.pid(), Signal.QUIT);
      throw new Launch.Impossible("cannot be remembered: " + e.getMessage());
    }
  }

  private String instance() {
    return "database-" + config.name();
  }

  /** The port of the last start, unless somebody else took it. */
  private int choosePort() throws Launch.Impossible {
    Path file = config.directory().resolve("port");
    try {
      if (Files.exists(file)) {
        int last = Integer.parseInt(Files.readString(file).strip());
        if (PortAllocator.free(last)) {
          return last;
        }
      }
      int port = ports.take().orElseThrow(() -> new Launch.Impossible("there is no free port"));
      Files.writeString(file, Integer.toString(port));
      return port;
    } catch (IOException | NumberFormatException e) {
      throw new Launch.Impossible("its port cannot be remembered: " + e.getMessage());
    }
  }

  /** A server that a former Mamparo started, if it runs. */
  Optional<ProcessRecord> found() {
    Optional<ProcessRecord> recorded =
        records.all().stream()
            .filter(r -> r.kind() == ProcessRecord.Kind.DATABASE && r.name().equals(config.name()))
            .filter(Adoption::alive)
            .findFirst();
    // Mamparo may have been killed between starting the server and remembering it.
    return recorded.or(
        () ->
            cluster
                .running()
                .map(
                    f ->
                        new ProcessRecord(
                            ProcessRecord.Kind.DATABASE,
                            config.name(),
                            0,
                            instance(),
                            "unknown",
                            f.pid(),
                            f.startTicks(),
                            ProcFs.bootId(),
                            config.host(),
                            f.port())));
  }

  /** To be supervised from now on; whatever was stopped is continued. */
  Running adopt(ProcessRecord record) {
    records.put(record);
    Faults.resume(cluster.processes());
    CompletableFuture<@Nullable Integer> exit =
        ExitWatch.ended(record.pid(), record.startTicks()).thenApply(_ -> null);
    return new Running(record.pid(), record.startTicks(), record.port(), exit);
  }

  @Override
  public @Nullable String check(Running running, Duration timeout) {
    return setup.check(running.port(), timeout);
  }

  @Override
  public void drain() {}

  /** A fast shutdown: sessions are ended, what was committed is written. */
  @Override
  public void terminate(Running running) {
    setup.close();
    Processes.signal(running.pid(), Signal.INT);
    Faults.resume(cluster.processes());
  }

  /** First an immediate shutdown, which the next start recovers from; then without asking. */
  @Override
  public void kill(Running running) {
    if (asked) {
      cluster.endLeftovers();
    } else {
      asked = true;
      Processes.signal(running.pid(), Signal.QUIT);
    }
  }

  @Override
  public void sweep(Running running) {
    setup.close();
    cluster.endLeftovers();
    records.remove(instance());
  }

  List<ProcFs.Stat> processes() {
    return cluster.processes();
  }

  @Override
  public String obituary(@Nullable Integer exit) {
    Optional<String> complaint = Optional.empty();
    try {
      // After a kill the log tells of earlier troubles only.
      if (exit != null && exit > 0 && exit < 128) {
        complaint = Complaint.of(String.join("\n", LogTail.last(config.log(), LAST_LINES)));
      }
    } catch (IOException e) {
      return Obituary.of(exit, "");
    }
    return complaint
        .map(text -> "cannot run: " + text)
        .orElseGet(() -> Obituary.of(exit, "see " + config.log()));
  }
}
