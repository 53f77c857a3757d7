package io.mamparo.compute;

import io.mamparo.compute.Rollout.Phase;
import io.mamparo.compute.Workload.Running;
import io.mamparo.compute.proc.ProcFs;
import java.util.List;
import java.util.Objects;

/** One supervised replica process. Safe for use by several threads. */
final class Instance {
  private final ServiceWorkload.Identity identity;
  private final String host;
  private final ServiceWorkload workload;
  private final Supervisor supervisor;

  Instance(
      ServiceWorkload.Identity identity,
      String host,
      ServiceWorkload workload,
      Supervisor supervisor) {
    this.identity = identity;
    this.host = host;
    this.workload = workload;
    this.supervisor = supervisor;
  }

  String service() {
    return identity.service();
  }

  int replica() {
    return identity.replica();
  }

  String id() {
    return identity.instance();
  }

  String revision() {
    return identity.revision();
  }

  Supervisor supervisor() {
    return supervisor;
  }

  boolean gone() {
    return state() == ReplicaState.STOPPED;
  }

  ReplicaState state() {
    return supervisor.view().state();
  }

  void use(HealthCheck health) {
    workload.use(health);
    supervisor.use(health);
  }

  /** Its processes at this moment. */
  List<ProcFs.Stat> processes() {
    Running running = supervisor.view().running();
    return running == null ? List.of() : workload.family(running);
  }

  /** Kills its processes. */
  void kill() {
    Running running = supervisor.view().running();
    if (running != null) {
      workload.kill(running);
    }
  }

  Rollout.Observed observed() {
    return new Rollout.Observed(replica(), id(), revision(), phase());
  }

  private Phase phase() {
    Supervisor.View view = supervisor.view();
    if (supervisor.asked()) {
      return Phase.LEAVING;
    }
    return switch (view.state()) {
      case HEALTHY -> Phase.HEALTHY;
      case STARTING -> view.failing() ? Phase.FAILING : Phase.COMING;
      // Nobody asked it to stop: it is being restarted.
      case UNHEALTHY, BACKING_OFF, CRASH_LOOPING, DRAINING, STOPPING -> Phase.FAILING;
      case STOPPED -> Phase.LEAVING;
    };
  }

  ReplicaStatus status() {
    return status(identity, host, supervisor.view());
  }

  static ReplicaStatus status(
      ServiceWorkload.Identity identity, String host, Supervisor.View view) {
    Running running = view.running();
    return new ReplicaStatus(
        identity.service(),
        identity.replica(),
        identity.instance(),
        identity.revision(),
        view.state(),
        host,
        running == null ? 0 : running.port(),
        running == null ? 0 : running.pid(),
        view.sinceEpochMillis(),
        view.restarts(),
        view.reason());
  }

  @Override
  public String toString() {
    return Objects.toString(identity);
  }
}
