package io.mamparo.app.life;

import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.ServiceSpec;
import java.util.List;

/** One thing that has to change so that what is observed becomes what is desired. */
public sealed interface Change {
  /** What is told to people. */
  String words();

  /** Run or watch a database. */
  record StartDatabase(DatabaseSpec database) implements Change {
    @Override
    public String words() {
      return "database " + database.name() + ": start";
    }
  }

  /** Watch an external database at another place, or change what a managed one is. */
  record ReplaceDatabase(DatabaseSpec database) implements Change {
    @Override
    public String words() {
      return "database " + database.name() + ": changed";
    }
  }

  /** Stop a database that is not in the stack any more; its data stays. */
  record StopDatabase(String name) implements Change {
    @Override
    public String words() {
      return "database " + name + ": stop (its data stays)";
    }
  }

  /** Run a service. */
  record StartService(ServiceSpec service) implements Change {
    @Override
    public String words() {
      return "service "
          + service.name()
          + ": start "
          + service.replicas()
          + (service.replicas() == 1 ? " replica" : " replicas");
    }
  }

  /** Change a service, replica by replica where what it runs differs. */
  record ChangeService(ServiceSpec service, List<String> differences) implements Change {
    public ChangeService {
      differences = List.copyOf(differences);
    }

    @Override
    public String words() {
      return "service " + service.name() + ": " + String.join(", ", differences);
    }
  }

  /** Drain and stop a service that is not in the stack any more. */
  record StopService(String name) implements Change {
    @Override
    public String words() {
      return "service " + name + ": stop";
    }
  }

  /** Everything else: routes, listeners, limits, visitors, telemetry. */
  record Configure(String what) implements Change {
    @Override
    public String words() {
      return what;
    }
  }
}
