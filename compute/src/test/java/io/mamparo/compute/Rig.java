package io.mamparo.compute;

import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import io.mamparo.kernel.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Real services for tests; whatever a test leaves running is killed on close. */
final class Rig implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);

  private static final HealthCheck QUICK =
      new HealthCheck(
          null,
          Duration.ofMillis(50),
          Duration.ofMillis(500),
          1,
          2,
          Duration.ofSeconds(20),
          Duration.ofSeconds(30));

  final String stack;
  final Path directory;
  final ProcessRecords records;
  final Queue<ReplicaStatus> events = new ConcurrentLinkedQueue<>();
  private @Nullable Services services;

  Rig(Path directory) {
    this(directory, "test" + Long.toString(System.nanoTime(), 36));
  }

  /** A rig for a stack that another process may have begun with. */
  Rig(Path directory, String stack) {
    this.directory = directory;
    this.stack = stack;
    records = ProcessRecords.in(directory.resolve("records"));
  }

  Services services() {
    if (services == null) {
      services = open(stack, directory, records, events::add);
    }
    return services;
  }

  static Services open(
      String stack, Path directory, ProcessRecords records, ReplicaListener listener) {
    return Services.open(
        new Services.Config(
            stack,
            directory.resolve("logs"),
            "127.0.0.1",
            records,
            listener,
            _ -> true,
            Clock.system(),
            new Random(System.nanoTime())));
  }

  /** Lets go of all processes and opens again, as after a restart of Mamparo. */
  Services reopen() {
    services().close();
    services = null;
    return services();
  }

  ReplicaStatus only(String service) {
    ServiceStatus status = status(service);
    if (status.replicas().size() != 1) {
      throw new IllegalStateException("not one replica: " + status);
    }
    return status.replicas().getFirst();
  }

  ServiceStatus status(String service) {
    return services().status().stream()
        .filter(status -> status.name().equals(service))
        .findFirst()
        .orElseThrow();
  }

  /** Processes of this rig that run. */
  List<ProcFs.Stat> processes() {
    return Processes.marked(ServiceWorkload.MARK, mark -> mark.startsWith(stack + "/"));
  }

  Plans plan(String name, String... argv) {
    return new Plans(name, argv);
  }

  static String[] java(Class<?> main, String... args) {
    String[] argv = new String[5 + args.length];
    argv[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    argv[1] = "-XX:TieredStopAtLevel=1";
    argv[2] = "-cp";
    argv[3] = System.getProperty("java.class.path");
    argv[4] = main.getName();
    System.arraycopy(args, 0, argv, 5, args.length);
    return argv;
  }

  /** A plan that is changed step by step. Owned by a test. */
  final class Plans {
    private final String name;
    private final List<String> argv;
    private int replicas = 1;
    private @Nullable Integer port;
    private Map<String, String> env = Map.of();
    private HealthCheck health = QUICK;
    private Duration grace = Duration.ofSeconds(5);
    private LogPolicy logs = LogPolicy.DEFAULT;
    private Set<String> after = Set.of();
    private Path workingDirectory = directory;
    private RestartPolicy restart =
        new RestartPolicy(Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(60), 3);

    private Plans(String name, String... argv) {
      this.name = name;
      this.argv = Arrays.asList(argv);
    }

    Plans replicas(int replicas) {
      this.replicas = replicas;
      return this;
    }

    Plans port(int port) {
      this.port = port;
      return this;
    }

    Plans env(String key, String value) {
      env = Map.of(key, value);
      return this;
    }

    Plans health(HealthCheck health) {
      this.health = health;
      return this;
    }

    Plans path(String path) {
      health = health.at(path);
      return this;
    }

    Plans grace(Duration grace) {
      this.grace = grace;
      return this;
    }

    Plans logs(LogPolicy logs) {
      this.logs = logs;
      return this;
    }

    Plans after(String... names) {
      after = Set.of(names);
      return this;
    }

    Plans in(Path directory) {
      workingDirectory = directory;
      return this;
    }

    Plans restart(RestartPolicy restart) {
      this.restart = restart;
      return this;
    }

    ServicePlan build() {
      ProcessSpec spec = new ProcessSpec(argv, env, workingDirectory);
      return new ServicePlan(
          name, replicas, port, (r, p) -> spec, health, restart, grace, logs, after);
    }
  }

  @Override
  public void close() {
    if (services != null) {
      services.close();
    }
    Processes.signal(processes(), Signal.KILL);
  }
}
