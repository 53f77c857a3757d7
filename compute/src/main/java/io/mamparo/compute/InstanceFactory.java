package io.mamparo.compute;

import io.mamparo.compute.Workload.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes instances: the one place where a replica is put together. Owned by {@link Services}. */
final class InstanceFactory {
  private static final String ALPHABET = "0123456789abcdefghijkmnpqrstuvwxyz";

  private final Services.Config config;
  private final PortAllocator ports;
  private final Consumer<ReplicaStatus> listener;

  InstanceFactory(Services.Config config, Consumer<ReplicaStatus> listener) {
    this.config = config;
    this.listener = listener;
    ports = new PortAllocator(config.clock(), config.random());
  }

  /** What each replica should run. */
  List<String> revisions(ServicePlan plan) {
    return IntStream.range(0, plan.replicas())
        .mapToObj(i -> Revision.of(plan.template().at(i, 0), plan.fixedPort()))
        .toList();
  }

  Path log(String service, int replica) {
    return config.logs().resolve(service + "-" + replica + ".log");
  }

  List<Path> logs(String service) {
    try (Stream<Path> files = Files.list(config.logs())) {
      return files
          .filter(file -> number(service, file) >= 0)
          .sorted(Comparator.comparingInt(file -> number(service, file)))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static int number(String service, Path file) {
    String name = String.valueOf(file.getFileName());
    if (!name.startsWith(service + "-") || !name.endsWith(".log")) {
      return -1;
    }
    String number = name.substring(service.length() + 1, name.length() - 4);
    return number.matches("[0-9]{1,4}") ? Integer.parseInt(number) : -1;
  }

  /** A new instance, started at once. */
  Instance start(ServicePlan plan, int replica, String revision) {
    var identity =
        new ServiceWorkload.Identity(config.stack(), plan.name(), replica, id(), revision);
    return instance(identity, plan, plan.template(), null);
  }

  /**
   * An instance for a process that runs.
   *
   * @param plan of its service; null when the service is not desired any more
   * @param same whether it runs what is desired
   */
  Instance adopt(ProcessRecord record, @Nullable ServicePlan plan, boolean same) {
    var identity =
        new ServiceWorkload.Identity(
            config.stack(), record.name(), record.replica(), record.instance(), record.revision());
    ServicePlan known = plan == null ? unknown(record) : plan;
    return instance(identity, known, same ? known.template() : null, record);
  }

  private static ServicePlan unknown(ProcessRecord record) {
    return new ServicePlan(
        record.name(),
        0,
        null,
        (replica, port) -> {
          throw new IllegalStateException("not known");
        },
        HealthCheck.DEFAULT,
        RestartPolicy.DEFAULT,
        ServicePlan.DEFAULT_GRACE,
        LogPolicy.DEFAULT,
        java.util.Set.of());
  }

  private Instance instance(
      ServiceWorkload.Identity identity,
      ServicePlan plan,
      @Nullable ProcessTemplate template,
      @Nullable ProcessRecord record) {
    Holder holder = new Holder(identity, plan);
    ServiceWorkload workload =
        new ServiceWorkload(
            identity,
            log(identity.service(), identity.replica()),
            config.host(),
            config.records(),
            ports,
            plan.fixedPort(),
            template,
            plan.health(),
            plan.stopGrace(),
            holder::drain,
            record == null ? 0 : record.port());
    ReplicaMachine machine =
        new ReplicaMachine(
            plan.health(),
            plan.restart(),
            plan.stopGrace(),
            config.random(),
            config.clock().nanos());
    Running found = record == null ? null : ServiceWorkload.found(record);
    Supervisor supervisor =
        new Supervisor(
            identity.service() + "-" + identity.replica(),
            workload,
            machine,
            plan.health(),
            found,
            config.clock(),
            holder::changed);
    return new Instance(identity, config.host(), workload, supervisor.start());
  }

  /** Passes a replica's news on, and remembers the last for draining. */
  private final class Holder {
    private final ServiceWorkload.Identity identity;
    private final ServicePlan plan;
    private volatile @Nullable ReplicaStatus last;

    Holder(ServiceWorkload.Identity identity, ServicePlan plan) {
      this.identity = identity;
      this.plan = plan;
    }

    void changed(Supervisor.View view) {
      ReplicaStatus status = Instance.status(identity, config.host(), view);
      last = status;
      listener.accept(status);
    }

    void drain() throws InterruptedException {
      ReplicaStatus status = last;
      if (status != null) {
        config.listener().drain(status, plan.stopGrace());
      }
    }
  }

  private String id() {
    StringBuilder id = new StringBuilder("i");
    for (int i = 0; i < 12; i++) {
      id.append(ALPHABET.charAt(config.random().nextInt(ALPHABET.length())));
    }
    return id.toString();
  }
}
