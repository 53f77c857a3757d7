package io.mamparo.app.life;

import io.mamparo.app.control.ControlServer;
import io.mamparo.app.events.AuditFile;
import io.mamparo.app.events.SlowLog;
import io.mamparo.app.events.Taps;
import io.mamparo.app.view.Env;
import io.mamparo.compute.ManagedPostgres;
import io.mamparo.compute.PostgresConfig;
import io.mamparo.compute.ProcessRecord;
import io.mamparo.compute.ProcessRecords;
import io.mamparo.compute.ReplicaListener;
import io.mamparo.compute.Services;
import io.mamparo.dbproxy.DatabaseProxy;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.FileTrouble;
import io.mamparo.mesh.Mesh;
import io.mamparo.mesh.MeshConfig;
import io.mamparo.model.Address;
import io.mamparo.telemetry.Telemetry;
import io.mamparo.telemetry.TelemetryConfig;
import io.mamparo.wire.net.Loops;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Puts the planes together: the one list of everything that a running stack consists of. Used by
 * the thread that starts and stops; what it hands out is safe for use by several.
 */
public final class Launch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Launch.class.getName());

  private final DataDirectory data;
  private final int portOffset;
  private final Clock clock = Clock.system();
  private final Loops loops;
  private final StateStore state;
  private final Telemetry telemetry;
  private final AccessKeys keys;
  private final Certificates certificates;
  private final AuditFile audit;
  private final Signals signals;
  private final Office office;
  private final Life life;
  private final boolean adopted;

  private Launch(DataDirectory data, int portOffset, Path home) {
    this.data = data;
    this.portOffset = portOffset;
    RandomGenerator random = new SecureRandom();
    adopted = !ProcessRecords.in(data.processes()).all().isEmpty();
    loops = Loops.forMachine();
    LOG.log(Level.INFO, "event loops: " + loops.all().size() + ", " + loops.transport());
    state = StateStore.open(data.state(), clock);
    telemetry =
        Telemetry.open(data.telemetry(), TelemetryConfig.DEFAULT, clock, loops.all().size());
    audit = audit(data, clock);
    keys = new AccessKeys(data, clock);
    certificates = new Certificates(data.root().resolve("ca"), keys, clock);
    SlowLog slow = new SlowLog(data.logs().resolve(SlowLog.NAME + ".log"), telemetry, clock);
    signals =
        new Signals(
            telemetry, clock, loops.all().size(), audit, slow, data.root().resolve("access.log"));
    office = new Office(telemetry, this::databaseNames);
    life =
        new Life(
            new Life.Surroundings(
                data, state, portOffset, path(), random, certificates, signals::stack),
            new RealPlanes(home, random));
    signals.watch(life::observe, life::totals);
  }

  /** Opens everything; starts nothing yet. */
  public static Launch open(DataDirectory data, int portOffset, Path home) {
    return new Launch(data, portOffset, home);
  }

  private static AuditFile audit(DataDirectory data, Clock clock) {
    Path file = data.root().resolve("audit.log");
    try {
      return new AuditFile(file, clock);
    } catch (java.io.IOException e) {
      throw new io.mamparo.kernel.Problem(
          "audit file " + file, "cannot be written (" + e + ")", "make it writable", e);
    }
  }

  /** The PATH of services: Mamparo's own, with its JDK at the end, so that java is found. */
  private static String path() {
    String own = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    return own + ":" + Path.of(System.getProperty("java.home"), "bin");
  }

  private final class RealPlanes implements Life.Planes {
    private final Path home;
    private final RandomGenerator random;
    private final ProcessRecords records = ProcessRecords.in(data.processes());

    RealPlanes(Path home, RandomGenerator random) {
      this.home = home;
      this.random = random;
    }

    @Override
    public Databases databases(Runnable wake) {
      return new Databases(data, binaries(home), records, clock, wake);
    }

    @Override
    public DatabasePlane proxy() {
      return new DatabasePlane(
          config -> DatabaseProxy.start(loops, config, clock, signals.proxy(), office));
    }

    @Override
    public Mesh mesh() {
      return Mesh.start(loops, MeshConfig.empty(), clock, signals.mesh(random.nextLong()));
    }

    @Override
    public Services services(ReplicaListener listener, Predicate<String> ready) {
      return Services.open(
          new Services.Config(
              data.instance(),
              data.logs(),
              Address.LOOPBACK,
              records,
              listener,
              ready,
              clock,
              random));
    }
  }

  /** Where PostgreSQL is unpacked, once for all builds and stacks of this distribution. */
  public static Path binaries(Path home) {
    Path parent = home.getParent();
    return (parent == null ? home : parent).resolve("postgres");
  }

  /** The stack's life. */
  public Life life() {
    return life;
  }

  private Set<String> databaseNames() {
    return life.observe().stack().databases().keySet();
  }

  /** What the proxy's admin database asks of the stack. */
  public Office office() {
    return office;
  }

  /** Where things are kept. */
  public DataDirectory data() {
    return data;
  }

  /** Who watch requests. */
  public Taps taps() {
    return signals.taps();
  }

  /** What clients on this machine need. */
  public Env.Secrets secrets() {
    return new Env.Secrets() {
      @Override
      public Path authority() {
        return certificates.rootFile();
      }

      @Override
      public String accessKeyId() {
        return keys.id();
      }

      @Override
      public String secretAccessKey() {
        return keys.secret();
      }
    };
  }

  /** What is known of how it does. */
  public Telemetry telemetry() {
    return telemetry;
  }

  public Clock clock() {
    return clock;
  }

  /** Added to every default port. */
  public int portOffset() {
    return portOffset;
  }

  /** Where the control API listens, by the desired stack. */
  public ControlServer.Settings control(String token) {
    Address address = life.observe().stack().console().listen().at(portOffset);
    return new ControlServer.Settings(address.host(), address.port(), address.isLoopback(), token);
  }

  /** As clients on this machine name it. */
  public String controlHost() {
    String host = life.observe().stack().console().listen().at(portOffset).host();
    return switch (host) {
      case "0.0.0.0", "::" -> Address.LOOPBACK;
      default -> host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    };
  }

  /** Drains and stops everything in order. */
  public void stop() throws InterruptedException {
    signals.close();
    life.stop();
    loops.close();
    certificates.close();
    audit.close();
    telemetry.close();
    state.close();
  }

  /**
   * Ends what could not begin: what this process started is stopped again, unless something was
   * adopted, which then goes on as it was.
   */
  public void abandon() {
    try {
      if (adopted) {
        close();
      } else {
        stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets go of everything, leaving services and databases running. */
  @Override
  public void close() {
    signals.close();
    life.close();
    loops.close();
    certificates.close();
    audit.close();
    telemetry.close();
    state.close();
  }

  /** Stops what is recorded of a stack whose Mamparo is gone; returns how many processes. */
  public static int stopLeftovers(Path root) throws InterruptedException {
    try (DataDirectory data = DataDirectory.open(root)) {
      ProcessRecords records = ProcessRecords.in(data.processes());
      List<ProcessRecord> found = records.all();
      if (found.isEmpty()) {
        return 0;
      }
      Services services =
          Services.open(
              new Services.Config(
                  data.instance(),
                  data.logs(),
                  Address.LOOPBACK,
                  records,
                  ReplicaListener.NONE,
                  name -> true,
                  Clock.system(),
                  new SecureRandom()));
      services.stop();
      for (ProcessRecord record : records.all()) {
        if (record.kind() == ProcessRecord.Kind.DATABASE) {
          PostgresConfig config =
              PostgresConfig.of(
                  record.name(),
                  data.database(record.name()),
                  data.logs().resolve(record.name() + "-postgres.log"),
                  data.root().resolve("postgres"),
                  data.instance());
          new ManagedPostgres(config, records, status -> {}, Clock.system()).stop();
        }
      }
      return found.size();
    } catch (java.io.IOException e) {
      throw new io.mamparo.kernel.Problem(
          "data directory " + root,
          "cannot be used: " + FileTrouble.words(e),
          "make it writable",
          e);
    }
  }
}
