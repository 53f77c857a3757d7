package io.mamparo.app.life;

import io.mamparo.app.life.Change.ChangeService;
import io.mamparo.app.life.Change.Configure;
import io.mamparo.app.life.Change.ReplaceDatabase;
import io.mamparo.app.life.Change.StartDatabase;
import io.mamparo.app.life.Change.StartService;
import io.mamparo.app.life.Change.StopDatabase;
import io.mamparo.app.life.Change.StopService;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What has to change: a pure function of what is desired and what was applied. In the order in
 * which it is carried out: what others need comes first, and goes last.
 */
public final class Decide {
  private Decide() {}

  /** The changes from one stack to another; empty when nothing has to be done. */
  public static List<Change> changes(Stack applied, Stack desired) {
    List<Change> changes = new ArrayList<>();
    for (DatabaseSpec database : desired.databases().values()) {
      DatabaseSpec before = applied.databases().get(database.name());
      if (before == null) {
        changes.add(new StartDatabase(database));
      } else if (!before.equals(database)) {
        changes.add(new ReplaceDatabase(database));
      }
    }
    configuration(applied, desired, changes);
    for (ServiceSpec service : desired.services().values()) {
      ServiceSpec before = applied.services().get(service.name());
      if (before == null) {
        changes.add(new StartService(service));
      } else if (!before.equals(service)) {
        changes.add(new ChangeService(service, differences(before, service)));
      }
    }
    for (String name : applied.services().keySet()) {
      if (!desired.services().containsKey(name)) {
        changes.add(new StopService(name));
      }
    }
    for (String name : applied.databases().keySet()) {
      if (!desired.databases().containsKey(name)) {
        changes.add(new StopDatabase(name));
      }
    }
    return changes;
  }

  private static void configuration(Stack applied, Stack desired, List<Change> changes) {
    Map<String, Boolean> same = new LinkedHashMap<>();
    same.put("proxy: changed", applied.proxy().equals(desired.proxy()));
    same.put("ingress: changed", applied.ingress().equals(desired.ingress()));
    same.put("routes: changed", applied.routes().equals(desired.routes()));
    same.put("visitors: changed", applied.visitors().equals(desired.visitors()));
    same.put("mesh: changed", applied.mesh().equals(desired.mesh()));
    same.put("telemetry: changed", applied.telemetry().equals(desired.telemetry()));
    same.forEach(
        (what, equal) -> {
          if (!equal) {
            changes.add(new Configure(what));
          }
        });
  }

  /** What differs, in words that a user knows from the file; never a value, which may be secret. */
  static List<String> differences(ServiceSpec before, ServiceSpec after) {
    List<String> differences = new ArrayList<>();
    boolean again =
        !before.source().equals(after.source())
            || !before.env().equals(after.env())
            || !Objects.equals(before.port(), after.port())
            || !before.calls().equals(after.calls())
            || !databaseName(before).equals(databaseName(after));
    if (again) {
      differences.add("replace its replicas one by one");
    }
    if (before.replicas() != after.replicas()) {
      differences.add("from " + before.replicas() + " to " + after.replicas() + " replicas");
    }
    if (!again && !Objects.equals(before.database(), after.database())) {
      differences.add("connections changed");
    }
    if (!before.health().equals(after.health())) {
      differences.add("health changed");
    }
    if (!before.guards().equals(after.guards())) {
      differences.add("time-outs, retries or breaker changed");
    }
    if (!before.traffic().equals(after.traffic())) {
      differences.add("balancing, access or faults changed");
    }
    if (!before.slo().equals(after.slo())) {
      differences.add("objectives changed");
    }
    if (differences.isEmpty()) {
      differences.add("changed");
    }
    return differences;
  }

  private static String databaseName(ServiceSpec service) {
    return service.database() == null ? "" : service.database().name();
  }
}
