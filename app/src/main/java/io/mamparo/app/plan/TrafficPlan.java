package io.mamparo.app.plan;

import io.mamparo.mesh.Fault;
import io.mamparo.mesh.Hedge;
import io.mamparo.mesh.ServicePolicy;
import io.mamparo.model.HedgeSpec;
import io.mamparo.model.MeshSpec;
import io.mamparo.model.TrafficSpec;
import java.time.Duration;
import java.util.Set;

/** How a service is reached, as the mesh takes it. Stateless. */
final class TrafficPlan {
  private TrafficPlan() {}

  static ServicePolicy policy(TrafficSpec spec, MeshSpec mesh, HedgeSpec hedge) {
    return new ServicePolicy(
        balance(spec.balance(), mesh),
        spec.adaptive(),
        new ServicePolicy.Access(
            mode(mesh.authorization()), spec.allow().stream().map(TrafficPlan::allow).toList()),
        spec.faults().stream().map(TrafficPlan::fault).toList(),
        hedge(hedge));
  }

  static Hedge hedge(HedgeSpec spec) {
    HedgeSpec.Delay after = spec.after();
    return spec.on()
        ? new Hedge(after.fixed(), after.percentile().ratio(), spec.budget().ratio())
        : Hedge.OFF;
  }

  private static ServicePolicy.Balance balance(TrafficSpec.Balance spec, MeshSpec mesh) {
    return new ServicePolicy.Balance(
        switch (spec.policy()) {
          case LEAST_REQUEST -> ServicePolicy.Algorithm.LEAST_REQUEST;
          case PEAK_EWMA -> ServicePolicy.Algorithm.PEAK_EWMA;
          case ROUND_ROBIN -> ServicePolicy.Algorithm.ROUND_ROBIN;
          case HASH -> ServicePolicy.Algorithm.HASH;
        },
        RoutePlan.key(spec.by()),
        spec.slowStart(),
        spec.panic().ratio(),
        mesh.zone());
  }

  private static ServicePolicy.Access.Mode mode(MeshSpec.Authorization authorization) {
    return switch (authorization) {
      case OFF -> ServicePolicy.Access.Mode.OFF;
      case DRY_RUN -> ServicePolicy.Access.Mode.DRY_RUN;
      case ON -> ServicePolicy.Access.Mode.ON;
    };
  }

  private static ServicePolicy.Allow allow(TrafficSpec.Allow allow) {
    return new ServicePolicy.Allow(Set.copyOf(allow.from()), allow.methods(), allow.paths());
  }

  private static ServicePolicy.FaultRule fault(TrafficSpec.Fault fault) {
    return new ServicePolicy.FaultRule(
        fault.from() == null ? Fault.ANY : fault.from(),
        fault.header(),
        fault.value(),
        fault.delay() == null ? Duration.ZERO : fault.delay(),
        fault.abort() == null ? 0 : fault.abort(),
        fault.share().ratio());
  }
}
