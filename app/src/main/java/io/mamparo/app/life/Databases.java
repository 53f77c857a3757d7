package io.mamparo.app.life;

import io.mamparo.app.plan.DatabaseAccess;
import io.mamparo.compute.DatabaseState;
import io.mamparo.compute.DatabaseStatus;
import io.mamparo.compute.ExternalPostgres;
import io.mamparo.compute.Login;
import io.mamparo.compute.ManagedPostgres;
import io.mamparo.compute.PostgresConfig;
import io.mamparo.compute.ProcessRecords;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.DatabaseSpec.DatabaseUrl;
import io.mamparo.model.DatabaseTls;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The databases that run or are watched. Changed by the life thread only; read by any. */
public final class Databases implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int SPARE_CONNECTIONS = 20;
  private static final int CONNECTION_STEP = 100;
  private static final int SECRET_BYTES = 24;

  private final DataDirectory data;
  private final Path binaries;
  private final ProcessRecords records;
  private final Clock clock;
  private final Runnable wake;
  private final Map<String, Running> all = new ConcurrentHashMap<>();

  private sealed interface Running {
    DatabaseSpec spec();

    DatabaseStatus status();
  }

  private record Managed(DatabaseSpec.Managed spec, ManagedPostgres server) implements Running {
    @Override
    public DatabaseStatus status() {
      return server.status();
    }
  }

  private record External(DatabaseSpec.External spec, ExternalPostgres server) implements Running {
    @Override
    public DatabaseStatus status() {
      return server.status();
    }
  }

  Databases(DataDirectory data, Path binaries, ProcessRecords records, Clock clock, Runnable wake) {
    this.data = data;
    this.binaries = binaries;
    this.records = records;
    this.clock = clock;
    this.wake = wake;
  }

  /** Starts what is missing and adds logins for services that are new; returns at once. */
  void start(Stack stack) {
    for (DatabaseSpec spec : stack.databases().values()) {
      Running known = all.get(spec.name());
      if (known != null && !known.spec().equals(spec)) {
        replace(known, spec);
      }
      Running running = all.computeIfAbsent(spec.name(), name -> create(spec, stack));
      switch (running) {
        case Managed managed -> managed.server.start(users(stack, spec.name()));
        case External external -> {}
      }
    }
  }

  /** A server that stays ours is let go and found again; any other is stopped. */
  private void replace(Running known, DatabaseSpec next) {
    if (known instanceof Managed managed && next instanceof DatabaseSpec.Managed) {
      all.remove(next.name());
      managed.server.close();
      return;
    }
    try {
      stop(next.name());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Running create(DatabaseSpec spec, Stack stack) {
    switch (spec) {
      case DatabaseSpec.Managed managed -> {
        PostgresConfig config =
            PostgresConfig.of(
                    spec.name(),
                    data.database(spec.name()),
                    data.logs().resolve(spec.name() + "-postgres.log"),
                    binaries,
                    data.instance())
                .withSchema(managed.schema())
                .withMaxConnections(connections(stack, spec.name()));
        return new Managed(
            managed, new ManagedPostgres(config, records, status -> wake.run(), clock));
      }
      case DatabaseSpec.External external -> {
        DatabaseUrl url = external.url();
        ExternalPostgres server =
            new ExternalPostgres(
                new ExternalPostgres.Config(
                    spec.name(),
                    url.addresses().stream()
                        .map(at -> new ExternalPostgres.Place(at.host(), at.port()))
                        .toList(),
                    url.database(),
                    new Login(url.user(), url.password().reveal()),
                    parameters(external),
                    LOOK,
                    PATIENCE),
                status -> wake.run(),
                clock);
        server.start();
        return new External(external, server);
      }
    }
  }

  /** What the URL says, with the encryption that holds, in the words of the driver. */
  private static Map<String, String> parameters(DatabaseSpec.External external) {
    Map<String, String> parameters = new HashMap<>(external.url().parameters());
    DatabaseTls tls = external.tls();
    List.of("sslnegotiation", "channel_binding", "sslrootcert", "sslcert", "sslkey")
        .forEach(parameters::remove);
    parameters.put("sslmode", tls.mode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    if (tls.negotiation() == DatabaseTls.Negotiation.DIRECT) {
      parameters.put("sslNegotiation", "direct");
    }
    if (tls.ca() != null) {
      parameters.put("sslrootcert", tls.ca().toString());
    }
    if (tls.certificate() != null) {
      parameters.put("sslcert", tls.certificate().toString());
      parameters.put("sslkey", (tls.key() == null ? tls.certificate() : tls.key()).toString());
    }
    return parameters;
  }

  /** In steps, so that a service more does not mean another setting of the server. */
  static int connections(Stack stack, String database) {
    int sum = SPARE_CONNECTIONS;
    for (ServiceSpec service : stack.services().values()) {
      if (service.database() != null && service.database().name().equals(database)) {
        sum += service.connections(stack.proxy());
      }
    }
    DatabaseSpec spec = stack.databases().get(database);
    Integer common = spec == null ? null : spec.servers().connections();
    int most = common == null ? sum : Math.max(sum, common + SPARE_CONNECTIONS);
    return Math.ceilDiv(most, CONNECTION_STEP) * CONNECTION_STEP;
  }

  static List<String> users(Stack stack, String database) {
    List<String> users = new ArrayList<>();
    for (ServiceSpec service : stack.services().values()) {
      if (service.database() != null && service.database().name().equals(database)) {
        users.add(service.name());
      }
    }
    return users;
  }

  /** How each is reached. */
  public Map<String, DatabaseAccess> accesses(Stack stack) {
    Map<String, DatabaseAccess> accesses = new HashMap<>();
    all.forEach((name, running) -> accesses.put(name, access(name, running, stack)));
    return accesses;
  }

  private DatabaseAccess access(String name, Running running, Stack stack) {
    return switch (running) {
      case Managed managed -> {
        DatabaseStatus status = managed.status();
        yield new DatabaseAccess(
            name,
            status.host(),
            status.port(),
            List.of(),
            name,
            managed.server.person(),
            managed.server.logins(),
            null);
      }
      case External external -> {
        DatabaseUrl url = external.spec.url();
        Login upstream = new Login(url.user(), url.password().reveal());
        Map<String, Login> services = new HashMap<>();
        for (String service : users(stack, name)) {
          services.put(
              service, new Login(service, data.secret(name + "." + service, SECRET_BYTES)));
        }
        yield new DatabaseAccess(
            name,
            url.address().host(),
            url.address().port(),
            url.addresses(),
            url.database(),
            upstream,
            services,
            upstream);
      }
    };
  }

  /** As observed, by name. */
  public Map<String, DatabaseStatus> statuses() {
    Map<String, DatabaseStatus> statuses = new HashMap<>();
    all.forEach((name, running) -> statuses.put(name, running.status()));
    return statuses;
  }

  /** Whether it can be used. */
  boolean ready(String name) {
    Running running = all.get(name);
    return running != null && running.status().state() == DatabaseState.READY;
  }

  /**
   * A managed one, for faults.
   *
   * @throws Problem when it is not ours
   */
  public ManagedPostgres managed(String name) {
    return switch (Optional.ofNullable(all.get(name)).orElseThrow(() -> unknown(name))) {
      case Managed managed -> managed.server;
      case External external ->
          throw new Problem(
              "database " + name, "is not run by Mamparo", "break one that has no url");
    };
  }

  private static Problem unknown(String name) {
    return new Problem("database " + name, "there is none of that name", "see mamparo status");
  }

  /** Stops one and forgets it; its data stays. */
  void stop(String name) throws InterruptedException {
    Running running = all.remove(name);
    if (running == null) {
      return;
    }
    switch (running) {
      case Managed managed -> managed.server.stop();
      case External external -> external.server.close();
    }
  }

  /** Stops all, at the same time. */
  void stopAll() throws InterruptedException {
    List<Thread> stopping = new ArrayList<>();
    for (String name : List.copyOf(all.keySet())) {
      stopping.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      stop(name);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread thread : stopping) {
      thread.join();
    }
  }

  /** Lets go of all, leaving servers running. */
  @Override
  public void close() {
    for (Running running : all.values()) {
      switch (running) {
        case Managed managed -> managed.server.close();
        case External external -> external.server.close();
      }
    }
    all.clear();
  }
}
