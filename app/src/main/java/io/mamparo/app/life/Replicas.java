package io.mamparo.app.life;

import io.mamparo.compute.ReplicaListener;
import io.mamparo.compute.ReplicaStatus;
import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.MeshSnapshot;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/** Hears of replicas, on virtual threads: logs, and waits until the mesh is done with one. */
final class Replicas implements ReplicaListener {
  private static final Logger LOG = System.getLogger(Life.class.getName());

  private final Supplier<MeshSnapshot> mesh;
  private final Supplier<MeshConfig> applied;
  private final Runnable wake;

  Replicas(Supplier<MeshSnapshot> mesh, Supplier<MeshConfig> applied, Runnable wake) {
    this.mesh = mesh;
    this.applied = applied;
    this.wake = wake;
  }

  @Override
  public void changed(ReplicaStatus status) {
    LOG.log(
        Level.INFO,
        "service "
            + status.service()
            + " replica "
            + status.replica()
            + ": "
            + status.state()
            + (status.reason() == null ? "" : " (" + status.reason() + ")"));
    wake.run();
  }

  /** Waits until the mesh sends it nothing more and has nothing on its way. */
  @Override
  public void drain(ReplicaStatus status, Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    wake.run();
    while (System.nanoTime() - end < 0 && (isRouted(status) || inFlight(status) > 0)) {
      Thread.sleep(10);
    }
  }

  private boolean isRouted(ReplicaStatus status) {
    return applied.get().services().stream()
        .flatMap(service -> service.endpoints().stream())
        .anyMatch(endpoint -> endpoint.id().equals(status.instance()));
  }

  private long inFlight(ReplicaStatus status) {
    return mesh.get().services().stream()
        .flatMap(service -> service.endpoints().stream())
        .filter(endpoint -> endpoint.id().equals(status.instance()))
        .mapToLong(MeshSnapshot.Endpoint::inFlight)
        .sum();
  }
}
