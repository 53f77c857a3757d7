package io.mamparo.compute;

import io.mamparo.compute.Workload.Running;
import io.mamparo.compute.postgres.Cluster;
import io.mamparo.compute.proc.ProcFs;
import io.mamparo.compute.proc.Processes;
import io.mamparo.compute.proc.Signal;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server with one database, run by Mamparo. Safe for use by several threads; the
 * server is supervised on a virtual thread.
 *
 * <p>In its directory: {@code data} (PostgreSQL's own), {@code secrets} (a password a file), {@code
 * port}. The superuser is {@code mamparo}; the database belongs to {@code NAME_owner}, of which
 * every login is a member.
 */
public final class ManagedPostgres implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ManagedPostgres.class.getName());
  private static final String SUPERUSER = "mamparo";

  /** Cannot be the name of a service, which has no underscore. */
  private static final String PERSON = "mamparo_user";

  /** A server is never restarted because it is slow; that would be slower. */
  private static final HealthCheck HEALTH =
      new HealthCheck(
          null, Duration.ofSeconds(1), Duration.ofSeconds(2), 1, 2, Duration.ofSeconds(120), null);

  private static final RestartPolicy RESTART =
      new RestartPolicy(Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofSeconds(60), 3);

  private final PostgresConfig config;
  private final DatabaseListener listener;
  private final Clock clock;
  private final Passwords passwords;
  private final Login superuser;
  private final Map<String, Login> logins = new ConcurrentSkipListMap<>();
  private final PostgresSetup setup;
  private final PostgresWorkload workload;
  private final LogKeeper keeper = new LogKeeper();
  private final Faults faults = new Faults();
  private final ReentrantLock publishing = new ReentrantLock();
  private volatile @Nullable Supervisor supervisor;
  private volatile DatabaseStatus status;

  /**
   * Opens what is in {@code config.directory()}; starts nothing.
   *
   * @throws Problem when the directory cannot be used
   */
  public ManagedPostgres(
      PostgresConfig config, ProcessRecords records, DatabaseListener listener, Clock clock) {
    this.config = config;
    this.listener = listener;
    this.clock = clock;
    PrivateFiles.directory(config.directory());
    passwords = new Passwords(config.directory().resolve("secrets"));
    superuser = login(SUPERUSER);
    setup = new PostgresSetup(config, superuser, this::republish);
    workload =
        new PostgresWorkload(
            config,
            new Cluster(config.directory(), config.log(), PostgresBinaries.MAJOR_VERSION),
            records,
            new PortAllocator(clock, new SecureRandom()),
            superuser.password(),
            setup);
    status = status(DatabaseState.STOPPED, 0, 0, 0, clock.epochNanos() / 1_000_000, null);
  }

  private Login login(String user) {
    return new Login(user, passwords.of(user));
  }

  /**
   * Unpacks, initialises, starts or adopts the server, applies the schema, and keeps it running.
   * Returns at once; what becomes of it is published and found in {@link #status}. Called again, it
   * adds logins and looks at the schema again.
   *
   * @param services each has a login role of its own, a member of the database's owner; more can be
   *     added by calling this again
   * @throws Problem when a service has the superuser's name
   */
  public synchronized void start(Collection<String> services) {
    Map<String, String> wanted = new TreeMap<>();
    wanted.put(PERSON, person().password());
    for (String service : services) {
      if (service.equals(SUPERUSER)) {
        throw new Problem(
            "service " + service,
            "has the name of the superuser of database " + config.name(),
            "Choose another name for the service");
      }
      Login login = logins.computeIfAbsent(service, this::login);
      wanted.put(login.user(), login.password());
    }
    setup.want(wanted);
    keeper.keep(config.log(), config.logs());
    Supervisor current = supervisor;
    if (current == null) {
      supervise(workload.found());
    } else {
      changed(current.view());
      current.checkNow();
    }
  }

  private Supervisor supervise(Optional<ProcessRecord> found) {
    found.ifPresent(
        record ->
            LOG.log(
                Level.INFO,
                "database {0}: found running, pid {1}",
                config.name(),
                Long.toString(record.pid())));
    boolean changed =
        found.isPresent() && !found.get().revision().equals(PostgresWorkload.revision(config));
    Running running = found.map(workload::adopt).orElse(null);
    ReplicaMachine machine =
        new ReplicaMachine(HEALTH, RESTART, config.stopGrace(), new SecureRandom(), clock.nanos());
    status = status(DatabaseState.STARTING, 0, 0, 0, clock.epochNanos() / 1_000_000, null);
    Supervisor next =
        new Supervisor(
            "postgres-" + config.name(), workload, machine, HEALTH, running, clock, this::changed);
    supervisor = next;
    next.start();
    if (changed) {
      next.restart("its settings have changed");
    }
    return next;
  }

  private void republish() {
    Supervisor current = supervisor;
    if (current != null) {
      changed(current.view());
    }
  }

  private void changed(Supervisor.View view) {
    publishing.lock();
    try {
      Running running = view.running();
      DatabaseState state = state(view);
      DatabaseStatus next =
          status(
              state,
              running == null ? status.port() : running.port(),
              running == null ? 0 : running.pid(),
              view.restarts(),
              view.sinceEpochMillis(),
              state != DatabaseState.READY && view.state().ready()
                  ? setup.defect()
                  : view.reason());
      if (!next.equals(status)) {
        status = next;
        listener.changed(next);
      }
    } finally {
      publishing.unlock();
    }
  }

  private DatabaseState state(Supervisor.View view) {
    return switch (view.state()) {
      case STARTING -> DatabaseState.STARTING;
      case HEALTHY ->
          setup.defect() != null
              ? DatabaseState.FAILED
              : setup.complete() ? DatabaseState.READY : DatabaseState.STARTING;
      case UNHEALTHY, BACKING_OFF -> DatabaseState.UNREACHABLE;
      case CRASH_LOOPING -> DatabaseState.FAILED;
      case DRAINING, STOPPING, STOPPED -> DatabaseState.STOPPED;
    };
  }

  private DatabaseStatus status(
      DatabaseState state, int port, long pid, int restarts, long since, @Nullable String reason) {
    return new DatabaseStatus(
        config.name(),
        state,
        setup.version(),
        config.host(),
        port,
        pid,
        restarts,
        since,
        setup.schema(),
        reason);
  }

  /** As observed. */
  public DatabaseStatus status() {
    return status;
  }

  /** The logins of services by name, known before the server runs. Secrets. */
  public Map<String, Login> logins() {
    return Map.copyOf(logins);
  }

  /** The login of a person: a member of the owner, as services are. Secret. */
  public Login person() {
    return login(PERSON);
  }

  /** The superuser {@code mamparo}. Secret; for Mamparo alone. */
  public Login superuser() {
    return superuser;
  }

  /** Fast shutdown, then an immediate one; returns when nothing is left. */
  public void stop() throws InterruptedException {
    faults.close();
    Supervisor current = current();
    if (current == null) {
      return;
    }
    current.stop();
    while (!current.awaitDone(Duration.ofSeconds(10))) {
      LOG.log(Level.WARNING, "database {0}: still stopping", config.name());
    }
    keeper.close();
  }

  /** Its supervisor; one that was not started is made when a server runs that is to be stopped. */
  private synchronized @Nullable Supervisor current() {
    if (supervisor == null) {
      Optional<ProcessRecord> found = workload.found();
      return found.isPresent() ? supervise(found) : null;
    }
    return supervisor;
  }

  /**
   * Sends SIGKILL to the postmaster; it is restarted and recovers.
   *
   * @throws Problem when it does not run
   */
  public void kill() {
    long pid = status.pid();
    if (pid == 0 || !Processes.signal(pid, Signal.KILL)) {
      throw notRunning();
    }
  }

  private Problem notRunning() {
    return new Problem(
        "database " + config.name(), "has no running server", "Wait until it is ready");
  }

  /**
   * Stops all its processes with SIGSTOP; closing continues them.
   *
   * @throws Problem when it does not run
   */
  public Fault pause() {
    return faults.pause(running());
  }

  /**
   * Lets all its processes run only a part of the time.
   *
   * @param share of time they run, above 0 and below 1
   * @throws Problem when it does not run
   */
  public Fault slow(double share) {
    return faults.slow(running(), share);
  }

  private Faults.Target running() {
    if (!ProcFs.alive(status.pid()).isPresent()) {
      throw notRunning();
    }
    return workload::processes;
  }

  /** Lets go: leaves the server running, to be found again by the next {@link #start}. */
  @Override
  public void close() {
    faults.close();
    keeper.close();
    Supervisor current;
    synchronized (this) {
      current = supervisor;
    }
    try {
      if (current != null) {
        current.letGo();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      setup.close();
    }
  }
}
